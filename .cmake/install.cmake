# What is installed, and the Debian package. Read last: the targets are there by then.
include(CMakePackageConfigHelpers)

foreach(program IN ITEMS smtpsend fakesmtpd smtpdrill)
    if(TARGET ${program})
        install(TARGETS ${program} COMPONENT programs
                RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
    endif()
endforeach()

foreach(section IN ITEMS 1 3 5 7)
    file(GLOB pages CONFIGURE_DEPENDS base/*.${section} transport/*.${section} client/*.${section}
         fakeserver/*.${section} harness/*.${section})
    install(FILES ${pages} COMPONENT programs
            DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

set(SMTPDRILL_DATADIR ${CMAKE_INSTALL_DATADIR}/smtpdrill)
install(DIRECTORY scenarios DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
if(EXISTS ${PROJECT_SOURCE_DIR}/harness/clients)
    install(DIRECTORY harness/clients DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
endif()
install(DIRECTORY harness/editors DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
install(DIRECTORY harness/profiles DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
install(DIRECTORY harness/probes DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
install(DIRECTORY harness/page DESTINATION ${SMTPDRILL_DATADIR} COMPONENT programs)
if(EXISTS ${PROJECT_SOURCE_DIR}/harness/smtpdrill.bash)
    install(FILES harness/smtpdrill.bash RENAME smtpdrill COMPONENT programs
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT programs)

# The programs look for their data beside themselves: ../share/smtpdrill. A build tree has links.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/smtpdrill)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/scenarios ${PROJECT_BINARY_DIR}/share/smtpdrill/scenarios
     SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/harness/clients ${PROJECT_BINARY_DIR}/share/smtpdrill/clients
     SYMBOLIC)

file(CREATE_LINK ${PROJECT_SOURCE_DIR}/harness/probes ${PROJECT_BINARY_DIR}/share/smtpdrill/probes
     SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/harness/profiles ${PROJECT_BINARY_DIR}/share/smtpdrill/profiles
     SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/harness/page ${PROJECT_BINARY_DIR}/share/smtpdrill/page
     SYMBOLIC)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/smtpdrill)
get_property(floors DIRECTORY ${PROJECT_SOURCE_DIR}/base PROPERTY BUILDSYSTEM_TARGETS)
if(floors)
    install(EXPORT smtpdrillTargets NAMESPACE smtpdrill:: DESTINATION ${config_dir}
            COMPONENT development)
endif()
configure_package_config_file(.cmake/smtpdrillConfig.cmake.in
    ${PROJECT_BINARY_DIR}/smtpdrillConfig.cmake INSTALL_DESTINATION ${config_dir}
    PATH_VARS SMTPDRILL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/smtpdrillConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/smtpdrillConfig.cmake
        ${PROJECT_BINARY_DIR}/smtpdrillConfigVersion.cmake
        DESTINATION ${config_dir} COMPONENT development)
if(EXISTS ${PROJECT_SOURCE_DIR}/harness/smtpdrillTest.cmake)
    install(FILES harness/smtpdrillTest.cmake DESTINATION ${config_dir} COMPONENT development)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME smtpdrill)
set(CPACK_PACKAGE_VENDOR smtpdrill)
set(CPACK_PACKAGE_CONTACT "The smtpdrill authors <smtpdrill@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "curl, msmtp, swaks, s-nail")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
include(CPack)
