/*
 * traits.h - the points in which a client under test can differ from a simple, correct one.
 *
 * Names say the behaviour; mutants.c says which requirement it breaks, or that it breaks none.
 */
#ifndef TESTS_MUTANTS_TRAITS_H
#define TESTS_MUTANTS_TRAITS_H

/* clang-format off */
#define ACTOR_TRAIT_TABLE(X)                                                                       \
    /* reading replies */                                                                          \
    X(EACH_LINE_A_REPLY) X(EACH_SEGMENT_A_REPLY) X(BARE_CODE_HANGS) X(BARE_CODE_FAILS)             \
    X(TEXT_REFUSES) X(TEXT_ACCEPTS) X(ENHANCED_DECIDES) X(SHORT_LINES) X(FEW_LINES)                \
    X(KEYWORDS_WITH_CASE) X(FIRST_LINE_IS_KEYWORD) X(NONSENSE_IS_SUCCESS) X(EIGHT_BIT_CRASHES)     \
    X(DIGITS_END_A_REPLY) X(BARE_LF_ENDS_A_LINE)                           \
    /* meaning of codes: rows of confusions[] */                                                   \
    X(GREETING_4YZ_GOES_ON) X(GREETING_5YZ_GOES_ON) X(GREETING_4YZ_PERMANENT)                      \
    X(GREETING_5YZ_TEMPORARY) X(GREETING_ODD_GOES_ON) X(EHLO_5YZ_GOES_ON) X(EHLO_4YZ_GOES_ON)      \
    X(EHLO_ODD_GOES_ON)                                                          \
    X(HELO_5YZ_GOES_ON) X(HELO_4YZ_GOES_ON) X(HELO_4YZ_PERMANENT) X(HELO_5YZ_TEMPORARY)            \
    X(HELO_ODD_GOES_ON)                                                                            \
    X(AUTH_4YZ_PERMANENT) X(AUTH_5YZ_TEMPORARY)  X(AUTH_3YZ_GOES_ON) X(AUTH_ODD_GOES_ON)            \
    X(MAIL_4YZ_PERMANENT) X(MAIL_5YZ_TEMPORARY) X(MAIL_4YZ_GOES_ON) X(MAIL_5YZ_GOES_ON)            \
    X(MAIL_3YZ_GOES_ON) X(MAIL_ODD_GOES_ON) X(MAIL_ONLY_250)                                       \
    X(RCPT_4YZ_PERMANENT) X(RCPT_5YZ_TEMPORARY) X(RCPT_4YZ_GOES_ON) X(RCPT_5YZ_GOES_ON)            \
    X(RCPT_3YZ_GOES_ON) X(RCPT_ODD_GOES_ON) X(RCPT_251_FAILS) X(RCPT_252_FAILS) X(RCPT_ONLY_250)   \
    X(DATA_2YZ_GOES_ON) X(DATA_4YZ_GOES_ON) X(DATA_5YZ_GOES_ON) X(DATA_4YZ_PERMANENT)              \
    X(DATA_5YZ_TEMPORARY) X(DATA_ODD_GOES_ON)                                                      \
    X(END_4YZ_SENT) X(END_5YZ_SENT) X(END_3YZ_SENT) X(END_ODD_SENT) X(END_2YZ_PERMANENT)           \
    X(END_2YZ_TEMPORARY) X(END_ONLY_250) X(END_4YZ_PERMANENT) X(END_5YZ_TEMPORARY)                 \
    X(CODE_421_PERMANENT) X(CODE_421_GOES_ON) X(CODE_553_TEMPORARY)     \
    X(EXTRA_ONLY_250) X(EXTRA_REFUSED_IS_PERMANENT) X(RCPT_552_PERMANENT)                                                                          \
    /* order of commands */                                                                        \
    X(SPEAKS_FIRST) X(NO_EHLO) X(NO_HELO_FALLBACK) X(EHLO_LIST_KEPT_AFTER_HELO) X(MAIL_TWICE)      \
    X(RETRIES_MAIL) X(RETRIES_RCPT) X(RCPT_AFTER_REFUSED_MAIL) X(DATA_AFTER_REFUSED_MAIL)          \
    X(DATA_WITHOUT_RECIPIENT) X(ABORTS_ON_REFUSED_RCPT_BUT_SENT) X(RCPT_BEFORE_MAIL) X(NO_RCPT)    \
    X(ABORTS_ALL_PERMANENT) X(SENDS_TWICE) X(RESENDS_AFTER_5YZ) X(RESENDS_AFTER_4YZ)               \
    X(NO_QUIT) X(CLOSES_BEFORE_QUIT_REPLY) X(COMMAND_AFTER_QUIT) X(QUIT_DECIDES) X(QUIT_FIRST)     \
    X(PIPELINES_UNASKED) X(CONTENT_WITH_DATA) X(MAIL_WITH_EHLO) X(QUIT_WITH_DATA)                  \
    X(IGNORES_GROUP_STATUS) X(CONTENT_WITHOUT_RECIPIENT) X(READS_TEXT_FOR_RECIPIENT)               \
    X(GROUP_STOPS_READING) X(COMMANDS_IN_MAIL_DATA) X(LEAVES_AFTER_354)                            \
    /* command lines */                                                                            \
    X(LINES_END_IN_LF) X(LINES_END_IN_CR) X(TRAILING_SPACE) X(DOUBLE_SPACE) X(TAB_FOR_SPACE)       \
    X(EHLO_NO_ARGUMENT) X(EHLO_LOCALHOST) X(EHLO_UNDERSCORE) X(EHLO_BARE_ADDRESS)                  \
    X(EHLO_BAD_LITERAL) X(EHLO_MORE) X(EHLO_IPV6_UNTAGGED) X(EHLO_OTHER_NAME)                      \
    X(SPACE_AFTER_COLON) X(SPACE_BEFORE_COLON) X(NO_BRACKETS)                                      \
    X(SOURCE_ROUTE) X(SOURCE_ROUTE_MAIL) X(UNQUALIFIED_FROM) X(UNQUALIFIED_TO) X(NULL_FROM)        \
    X(FOLDS_CASE) X(STRIPS_TAG) X(MERGES_BY_CASE) X(RAW_ADDRESS) X(EIGHT_BIT_ADDRESS)              \
    X(LONG_ADDRESS) X(FOLLOWS_551) X(FOLLOWS_251) X(NULL_FROM_REPLACED) X(ADDRESS_OF_DIGITS)       \
    X(DATA_ARGUMENT) X(QUIT_ARGUMENT) X(RSET_ARGUMENT) X(LONG_COMMAND) X(UNKNOWN_VERB)             \
    X(TURN_VERB) X(SOML_VERB) X(EXPN_VERB) X(SEND_VERB) X(NUL_IN_COMMAND)                          \
    X(VRFY_BEFORE_EHLO) X(NOOP_BEFORE_EHLO)                                                        \
    X(SIZE_UNOFFERED) X(SIZE_TWICE) X(SIZE_WORD) X(SIZE_ZERO) X(SIZE_LIMIT_UNREAD)                 \
    X(BODY_UNOFFERED) X(BODY_TWICE) X(BODY_ODD) X(AUTH_PARAMETER_UNOFFERED)                        \
    X(AUTH_PARAMETER_RAW) X(SMTPUTF8_UNOFFERED) X(RET_UNOFFERED) X(NOTIFY_UNOFFERED)               \
    X(MT_PRIORITY_UNOFFERED) X(EIGHT_BIT_UNOFFERED) X(EIGHT_BIT_UNDECLARED)                        \
    X(PARAMETER_UNKNOWN)                                                                           \
    /* mail data */                                                                                \
    X(NO_TRANSPARENCY) X(DOT_ONLY_STUFFED) X(STUFFS_ALL_LINES) X(STUFFS_FIRST_ONLY) X(EXTRA_LINE)  \
    X(EXTRA_DOT_LINE) X(NO_FINAL_CRLF) X(DATA_IN_LF) X(BARE_CR_KEPT) X(LF_KEPT) X(DROPS_EMPTY_END) \
    X(TRIMS_LINES) X(CUTS_LONG_LINES) X(LONG_LINES_SENT) X(RETURN_PATH_ADDED)          \
    X(BODY_LOST) X(LAST_OCTET_LOST) X(NUL_ADDED) X(DATA_AFTER_END) X(TABS_LOST)   \
    X(RECEIVED_DROPPED) X(SECOND_DATE) X(END_IS_LF_DOT_LF) X(TWO_FROM) X(CONTROL_ADDED) X(BAD_FIELD_NAME) X(SHORT_YEAR) X(LONG_FIELD) X(EIGHT_BIT_NO_MIME)            \
    /* authentication */                                                                           \
    X(AUTH_UNOFFERED) X(AUTH_OTHER_MECHANISM) X(AUTH_TWICE) X(AUTH_IN_TRANSACTION)                 \
    X(AUTH_BAD_BASE64) X(AUTH_LONG_LINE) X(AUTH_EQUALS_LATER) X(AUTH_HAMMERS)                      \
    X(AUTH_PLAIN_NUL) X(AUTH_PLAIN_EMPTY) X(AUTH_CANCEL_IS_SUCCESS)                               \
    X(AUTH_SWAPPED) X(AUTH_NO_IDENTITY) X(AUTH_ANSWERS_ANYTHING) X(AUTH_PARSES_PROMPTS)            \
    X(AUTH_PASSWORD_IN_NOOP) X(AUTH_WRONG_IDENTITY) X(AUTH_CANCELS_EMPTY) X(AUTH_LINE_BROKEN)      \
    X(AUTH_SAME_AFTER_504) X(AUTH_BARE_INITIAL) X(AUTH_NEVER_USED) X(AUTH_AFTER_MAIL_REFUSED)      \
                                                                             \
    /* TLS */                                                                                      \
    X(TLS_OPTIONAL) X(TLS_AGAIN) X(TLS_OLD_LIST) X(TLS_UNASKED) X(TLS_ARGUMENT) X(TLS_IN_GROUP)    \
    X(TLS_CLEAR_AFTER_220) X(TLS_NO_EHLO) X(TLS_LEFTOVER_KEPT) X(TLS_TRUSTS_ALL) X(TLS_OLD)        \
    X(TLS_NO_NAME) X(TLS_NEVER_USED) X(STARTTLS_5YZ_TEMPORARY) X(STARTTLS_4YZ_PERMANENT)           \
    X(TLS_AUTH_IN_CLEAR) X(TLS_STARTTLS_ODD_GOES_ON) X(TLS_LEAVES) \
    X(TLS_ASKED_FAILS) X(TLS_FAILED_IS_SENT) X(TLS_PLAIN_KEPT) X(TLS_WAITS) X(TLS_RESUMED_NO_EHLO) X(TLS_RESUMED_OLD_LIST)                 \
    X(TLS_NEVER_RESUMES) X(RETRY_NEVER) X(RETRY_ALL) X(TEMPORARY_IS_SENT)                         \
    X(TLS_NAME_WITH_CASE) X(TLS_ADDRESS_BY_NAME) X(TLS_WEAK_CIPHERS) X(LIMITS_KEPT) X(SASL_UNPREPARED)                                              \
    /* SASL with proofs */                                                                         \
    X(CRAM_UPPER_CASE) X(CRAM_KEY_CUT) X(SCRAM_UNESCAPED) X(SCRAM_SAME_NONCE) X(SCRAM_BINDING_LOST) \
    X(SCRAM_NONCE_UNCHECKED) X(SCRAM_EXTENSION_IGNORED) X(SCRAM_ATTRIBUTE_FAILS)                   \
    X(SCRAM_ANY_ITERATIONS) X(SASL_SERVER_UNVERIFIED) X(SASL_SUCCESS_IS_ENOUGH) X(SCRAM_NEVER_Y)   \
    X(SCRAM_NO_PLUS) X(SASL_WEAKEST) X(SASL_SHORT_ROOM) X(DIGEST_COUNT) X(DIGEST_URI)              \
    X(DIGEST_ANYTHING) X(DIGEST_LISTS_FAIL) X(OAUTH_NO_HEADER) X(OAUTH_ERROR_IGNORED)              \
    X(DIGEST_FIRST) X(SCRAM_FLAG_P) X(SASL_PROOF_WRONG) X(EXTERNAL_OTHER)                                      \
    /* endings and reports */                                                                      \
    X(LOST_IS_SENT) X(LOST_IS_PERMANENT) X(LOST_EARLY_IS_PERMANENT) X(CLAIMS_SENT)                 \
    X(CRASHES) X(HANGS) X(SHORT_TIMEOUT) X(WHOLE_TIMEOUT) X(NO_TIMEOUT)          \
    X(TIMEOUT_IS_SENT) X(NO_CODE_IN_REPORT) X(ALL_LIKE_THE_FIRST) X(FIRST_RECIPIENT_ONLY)          \
    /* extensions */                                                                               \
    X(BDAT_UNOFFERED) X(CHUNK_SIZE_WRONG) X(CHUNK_WAITS_FOR_354) X(CHUNK_STUFFED)                  \
    X(CHUNK_FINAL_DOT) X(CHUNK_AFTER_LAST) X(CHUNK_AND_DATA) X(CHUNK_REFUSED_GOES_ON)              \
    X(CHUNK_4YZ_PERMANENT) X(CHUNK_5YZ_TEMPORARY) X(CHUNK_ODD_GOES_ON)           \
    X(CHUNK_IS_SENT) X(CHUNK_NO_RSET) X(CHUNK_EARLY)                                               \
    X(BINARY_UNMINDED) X(BINARY_UNDECLARED) X(BINARY_BY_DATA) X(BINARY_IN_LF)                      \
    X(UTF8_UNDECLARED) X(UTF8_ALWAYS) X(UTF8_VALUE) X(UTF8_BY_OLD_KEYWORD) X(UTF8_ORCPT_XTEXT)     \
    X(UTF8_VRFY) X(EHLO_RAW_NAME) X(UTF8_PARAMETERS_MINDED)                                                         \
    X(XTEXT_RAW) X(XTEXT_LOWER) X(VALUES_UNCHECKED) X(ORCPT_NO_TYPE) X(ORCPT_OTHER) X(DSN_TWICE)   \
    X(DSN_CHANGED) X(DSN_INSISTS) X(BY_UNMINDED) X(BY_MALFORMED) X(HOLD_UNMINDED) X(HOLD_DROPPED)  \
    X(PRIORITY_DROPPED) X(REQUIRETLS_IN_CLEAR) X(REQUIRETLS_DROPPED) X(MTRK_ALONE) X(BURL_VERB)    \
    X(LIMITS_UNREAD) X(LIMITS_ZERO_TAKEN) X(TLS_REQUIRED_MISREAD)                                  \
    X(LMTP_EHLO) X(LMTP_HELO_FALLBACK) X(LMTP_ONE_REPLY) X(LMTP_DUPLICATES_SHARE)                  \
    X(LMTP_LOST_ALL) X(LMTP_LOST_SENT) X(LMTP_LAST_DECIDES) X(MESSAGE_TWICE) X(MESSAGE_LOST)       \
    X(REFUSAL_CACHED)                                                                              \
    /* harmless */                                                                                 \
    X(HELO_ONLY) X(PIPELINES) X(LOWER_CASE) X(MIXED_CASE) X(RSET_FIRST) X(RSET_BEFORE_QUIT)        \
    X(NOOP_FIRST) X(NOOP_IN_TRANSACTION) X(VRFY_FIRST) X(HELP_FIRST) X(BODY_BEFORE_SIZE)           \
    X(LOGIN_FIRST) X(NO_INITIAL_RESPONSE) X(LOGIN_INITIAL_RESPONSE) X(NO_SIZE) X(BODY_7BIT)        \
    X(EHLO_TWICE) X(GIVES_UP_WHOLE) X(CLOSES_AFTER_421) X(RSET_AFTER_FAILURE) X(WAITS)             \
    X(OCTET_WRITES) X(ADDRESS_LITERAL) X(AUTH_PARAMETER) X(AUTH_LOWER_CASE) X(PARAMETERS_RETRIED)  \
    X(EXTRA_HEADER) X(SUMMARY_ONLY) X(BINARY_ONLY) X(LONG_TIMEOUT) X(PAUSES_IN_DATA)               \
    X(LOST_IS_TEMPORARY) X(ODD_IS_PERMANENT) X(CLOSES_ON_NONSENSE)   \
    X(SIZE_LIBERAL) X(REPAIRS_CR) X(AUTH_OPTIONAL) X(NO_AUTH_RETRY)             \
    X(LITERAL_V6) X(ANSWERS_503_WITH_EHLO) X(EACH_RECIPIENT) X(ETRN_IN_GROUP) X(AUTH_WITH_NOOP) X(CLOSES_FOR_LONE_DOT) X(QUOTES_ALWAYS) X(SERVER_FIRST_INITIAL) X(BCC_TOLD) X(RECONNECTS)  \
    X(DATA_ALWAYS) X(BDAT_WHOLE) X(BDAT_EMPTY_LAST) X(ORCPT_ALWAYS) X(TRACE_ADDED)

enum actor_trait {
    ACTOR_PLAIN, /* none */
#define X(name) ACTOR_##name,
    ACTOR_TRAIT_TABLE(X)
#undef X
    ACTOR_TRAIT_COUNT
};
/* clang-format on */

#endif
