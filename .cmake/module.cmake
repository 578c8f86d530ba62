# The few kinds of target that this project has.

# smtpdrill_floor(NAME base MODULES bytes buf … PUBLIC … PRIVATE …)
# One library target for a floor: smtpdrill_<name>, alias smtpdrill::<name>. A module is <m>.c with
# its header <m>.h; a module without a header, or a header without code, goes to PARTS or HEADERS.
# Headers are installed by their names below BASE, a folder: this project's root if none is given.
function(smtpdrill_floor)
    cmake_parse_arguments(F "" "NAME;BASE" "MODULES;PARTS;HEADERS;PUBLIC;PRIVATE" ${ARGN})
    set(target smtpdrill_${F_NAME})
    set(sources ${F_MODULES} ${F_PARTS})
    list(TRANSFORM sources APPEND .c)
    set(headers ${F_MODULES} ${F_HEADERS})
    list(TRANSFORM headers APPEND .h)
    add_library(${target} STATIC ${sources})
    add_library(smtpdrill::${F_NAME} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${F_NAME})
    if(NOT F_BASE)
        set(F_BASE ${PROJECT_SOURCE_DIR})
    endif()
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${F_BASE} FILES ${headers})
    target_link_libraries(${target} PUBLIC ${F_PUBLIC} PRIVATE ${F_PRIVATE} $<BUILD_INTERFACE:build_flags>)
    smtpdrill_install_floor(${F_NAME} "${F_PUBLIC};${F_PRIVATE}")
endfunction()

# The archive, its headers (below include/smtpdrill, since their names begin with their floor's) and
# its pkg-config file. The archive is static: what it needs itself, its users need as well.
function(smtpdrill_install_floor name links)
    install(TARGETS smtpdrill_${name} EXPORT smtpdrillTargets COMPONENT development
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
            FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/smtpdrill
            COMPONENT development)
    set(PC_NAME ${name})
    set(PC_REQUIRES "")
    foreach(link IN LISTS links)
        if(link MATCHES "^smtpdrill::(.+)$")
            list(APPEND PC_REQUIRES smtpdrill-${CMAKE_MATCH_1})
        elseif(link MATCHES "^PkgConfig::(.+)$")
            list(APPEND PC_REQUIRES ${${CMAKE_MATCH_1}_MODULE_NAME})
        endif()
    endforeach()
    file(RELATIVE_PATH PC_UP /x/${CMAKE_INSTALL_LIBDIR}/pkgconfig /x)
    list(JOIN PC_REQUIRES ", " PC_REQUIRES)
    configure_file(${PROJECT_SOURCE_DIR}/.cmake/floor.pc.in
                   ${PROJECT_BINARY_DIR}/smtpdrill-${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/smtpdrill-${name}.pc COMPONENT development
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# smtpdrill_test(base.buf SOURCES test_buf.c LINK smtpdrill::base LABELS unit)
function(smtpdrill_test name)
    cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LINK;LABELS;ARGS" ${ARGN})
    string(REPLACE "." "_" target test_${name})
    add_executable(${target} ${T_SOURCES})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${T_LINK} build_flags)
    add_test(NAME ${name} COMMAND ${target} ${T_ARGS})
    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 600)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
    if("unit" IN_LIST T_LABELS)
        smtpdrill_valgrind_test(${name} $<TARGET_FILE:${target}> ${T_ARGS})
    endif()
endfunction()

# The same under valgrind, where that is installed and no sanitizer does its work: valgrind.<name>.
function(smtpdrill_valgrind_test name)
    find_program(SMTPDRILL_VALGRIND valgrind)
    if(NOT SMTPDRILL_VALGRIND OR SMTPDRILL_SANITIZE OR SMTPDRILL_COVERAGE)
        return()
    endif()
    add_test(NAME valgrind.${name}
             COMMAND ${SMTPDRILL_VALGRIND} --quiet --error-exitcode=99 --leak-check=full ${ARGN})
    set_tests_properties(valgrind.${name} PROPERTIES TIMEOUT 600 LABELS "slow;valgrind")
endfunction()

# smtpdrill_script_test(man.smtpsend.1 COMMAND sh lint smtpsend.1 LABELS golden [TIMEOUT 60])
# A test that is a script or a program made elsewhere; status 77 = it could not run here.
function(smtpdrill_script_test name)
    cmake_parse_arguments(T "" "TIMEOUT" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
    add_test(NAME ${name} COMMAND ${T_COMMAND})
    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 600)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}"
                         SKIP_RETURN_CODE 77 ENVIRONMENT "${T_ENVIRONMENT}")
endfunction()

# smtpdrill_fuzz(reply SOURCES fuzz_reply.c LINK smtpdrill::client)
# SOURCES define LLVMFuzzerTestOneInput. With SMTPDRILL_FUZZ this is a libFuzzer program; in every
# other build the same code replays tests/fuzz/corpus/<name>/ as the ctest test fuzz.<name>.
function(smtpdrill_fuzz name)
    cmake_parse_arguments(Z "" "" "SOURCES;LINK" ${ARGN})
    set(target fuzz_${name})
    add_executable(${target} ${Z_SOURCES})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${Z_LINK} build_flags)
    # libFuzzer names the entry; it declares it nowhere.
    target_compile_options(${target} PRIVATE -Wno-missing-prototypes)
    if(SMTPDRILL_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
        smtpdrill_script_test(fuzz.${name} LABELS fuzz
            COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    endif()
endfunction()
