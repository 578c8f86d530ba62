#include "base/smtp_verb.h"

int main(void)
{
    return smtp_verb_from(bytes_of("ehlo")) == SMTP_VERB_EHLO ? 0 : 1;
}
