#include "fakeserver/auth_check.h"

#include "base/base64.h"
#include "base/smtp_limits.h"

enum { HELD_OCTETS_MIN = 4 };

/* A response with its octets, decoded where it is base64. */
struct decoded {
    size_t size;
    bool valid;
    bool empty;
    bool cancel;
    char octets[SMTP_AUTH_LINE_OCTETS_MAX];
};

void auth_check_init(struct auth_check *check, const struct account *accounts, size_t count)
{
    *check = (struct auth_check){.accounts = accounts,
                                 .account_count = count,
                                 .mechanism = SMTP_MECHANISM_OTHER,
                                 .login_account = SIZE_MAX};
}

void auth_check_start(struct auth_check *check, enum smtp_mechanism mechanism)
{
    check->mechanism = mechanism;
    check->responses = 0;
    check->login_account = SIZE_MAX;
    check->remark = SASL_REMARK_NONE;
    if (check->sasl && sasl_exchange_knows(mechanism))
        (void)sasl_exchange_start(check->sasl, mechanism);
}

bool auth_check_knows(const struct auth_check *check, enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_PLAIN || mechanism == SMTP_MECHANISM_LOGIN ||
           (check->sasl && sasl_exchange_knows(mechanism));
}

static bool is_led_by_exchange(const struct auth_check *check)
{
    return check->sasl && sasl_exchange_knows(check->mechanism);
}

static void decode(struct bytes response, bool initial, struct decoded *ret)
{
    struct buf buf = {ret->octets, 0, sizeof(ret->octets) - 1, sizeof(ret->octets) - 1};

    ret->size = 0;
    ret->cancel = !initial && response.size == 1 && response.data[0] == '*';
    ret->empty = response.size == 0 || (initial && response.size == 1 && response.data[0] == '=');
    ret->valid = ret->empty || (!ret->cancel && response.size <= SMTP_AUTH_LINE_OCTETS_MAX &&
                                base64_decode(&buf, response, NULL));
    if (!ret->empty)
        ret->size = buf.size;
}

static struct bytes decoded_bytes(const struct decoded *decoded)
{
    return (struct bytes){decoded->octets, decoded->size};
}

static bool is_password(const struct auth_check *check, struct bytes octets)
{
    for (size_t i = 0; i < check->account_count; i++)
        if (bytes_equal(check->accounts[i].password, octets))
            return true;
    return false;
}

/* A short password stands in many a text by chance. */
static bool holds_password(const struct auth_check *check, struct bytes octets)
{
    for (size_t i = 0; i < check->account_count; i++)
        if (check->accounts[i].password.size >= HELD_OCTETS_MIN &&
            bytes_find_bytes(octets, check->accounts[i].password) != BYTES_NOT_FOUND)
            return true;
    return is_password(check, octets);
}

static size_t account_of(const struct auth_check *check, struct bytes user)
{
    for (size_t i = 0; i < check->account_count; i++)
        if (bytes_equal(check->accounts[i].user, user))
            return i;
    return SIZE_MAX;
}

static uint32_t notes_of(const struct auth_check *check, const struct decoded *decoded,
                         struct bytes response)
{
    uint32_t notes = 0;
    size_t account;

    if (decoded->cancel)
        return TRANSCRIPT_NOTE(CANCEL);
    if (decoded->empty)
        return TRANSCRIPT_NOTE(EMPTY);
    if (!decoded->valid)
        return TRANSCRIPT_NOTE(NOT_BASE64) |
               (holds_password(check, response) ? TRANSCRIPT_NOTE(PASSWORD) : 0);
    account = account_of(check, decoded_bytes(decoded));
    if (account != SIZE_MAX)
        notes |= TRANSCRIPT_NOTE(USER);
    /* A name may have its password in it, as a user may choose it. */
    if (account == SIZE_MAX ? holds_password(check, decoded_bytes(decoded))
                            : is_password(check, decoded_bytes(decoded)))
        notes |= TRANSCRIPT_NOTE(PASSWORD);
    return notes;
}

/* message = [authzid] NUL authcid NUL passwd (RFC 4616 2); acting for another is never allowed. */
static enum auth_verdict check_plain(struct auth_check *check, struct bytes message)
{
    size_t first = bytes_find(message, '\0');
    struct bytes authzid, rest, user, password;
    size_t second, account;

    if (first == BYTES_NOT_FOUND)
        return AUTH_WRONG;
    authzid = bytes_slice(message, 0, first);
    rest = bytes_after(message, first + 1);
    second = bytes_find(rest, '\0');
    if (second == BYTES_NOT_FOUND)
        return AUTH_WRONG;
    user = bytes_slice(rest, 0, second);
    password = bytes_after(rest, second + 1);
    if (user.size == 0 || password.size == 0)
        check->remark = SASL_REMARK_PLAIN_EMPTY;
    else if (bytes_find(password, '\0') != BYTES_NOT_FOUND)
        check->remark = SASL_REMARK_PLAIN_NUL;
    account = account_of(check, user);
    if (account == SIZE_MAX || (authzid.size > 0 && !bytes_equal(authzid, user)))
        return AUTH_WRONG;
    return bytes_equal(check->accounts[account].password, password) ? AUTH_RIGHT : AUTH_WRONG;
}

/* First the user name, then the password; the challenges' words do not matter. */
static enum auth_verdict check_login(struct auth_check *check, struct bytes octets)
{
    if (check->responses == 1) {
        check->login_account = account_of(check, octets);
        return AUTH_MORE;
    }
    if (check->login_account == SIZE_MAX)
        return AUTH_WRONG;
    return bytes_equal(check->accounts[check->login_account].password, octets) ? AUTH_RIGHT
                                                                               : AUTH_WRONG;
}

static enum auth_verdict check_exchange(struct auth_check *check, struct bytes octets)
{
    switch (sasl_exchange_take(check->sasl, octets, &check->remark)) {
    case SASL_MORE:
        return AUTH_MORE;
    case SASL_RIGHT:
        return AUTH_RIGHT;
    case SASL_WRONG:
        break;
    }
    return AUTH_WRONG;
}

static enum auth_verdict verdict_of(struct auth_check *check, const struct decoded *decoded)
{
    if (decoded->cancel)
        return AUTH_CANCELLED;
    if (!decoded->valid)
        return AUTH_BAD;
    if (check->mechanism == SMTP_MECHANISM_PLAIN)
        return check_plain(check, decoded_bytes(decoded));
    if (check->mechanism == SMTP_MECHANISM_LOGIN)
        return check_login(check, decoded_bytes(decoded));
    if (is_led_by_exchange(check))
        return check_exchange(check, decoded_bytes(decoded));
    return AUTH_WRONG;
}

enum auth_verdict auth_check_take(struct auth_check *check, struct bytes response, bool initial,
                                  uint32_t *ret_notes)
{
    struct decoded decoded;
    enum auth_verdict verdict;

    decode(response, initial, &decoded);
    check->responses++;
    check->remark = SASL_REMARK_NONE;
    verdict = verdict_of(check, &decoded);
    *ret_notes = notes_of(check, &decoded, response);
    if (verdict == AUTH_RIGHT)
        *ret_notes |= TRANSCRIPT_NOTE(AUTHENTICATED);
    if (verdict == AUTH_RIGHT && smtp_mechanism_sends_secret(check->mechanism))
        *ret_notes |= TRANSCRIPT_NOTE(PASSWORD);
    if (verdict == AUTH_WRONG)
        *ret_notes |= TRANSCRIPT_NOTE(WRONG_CREDENTIALS);
    wipe(decoded.octets, sizeof(decoded.octets));
    return verdict;
}

struct bytes auth_check_challenge(const struct auth_check *check)
{
    return is_led_by_exchange(check) ? sasl_exchange_challenge(check->sasl) : BYTES_NONE;
}

void auth_check_sent(struct auth_check *check, struct bytes text)
{
    struct decoded decoded;

    if (!is_led_by_exchange(check))
        return;
    decode(bytes_trim(text), false, &decoded);
    sasl_exchange_sent(check->sasl, decoded.valid ? decoded_bytes(&decoded) : BYTES_NONE);
}

uint32_t auth_check_describe(const struct auth_check *check, struct bytes response, bool initial)
{
    struct decoded decoded;
    uint32_t notes;

    decode(response, initial, &decoded);
    notes = notes_of(check, &decoded, response);
    wipe(decoded.octets, sizeof(decoded.octets));
    return notes;
}
