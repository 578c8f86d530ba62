// The header from C++.
#include <fakesmtp.h>

int main()
{
    fakesmtp_error error;
    fakesmtp *server = fakesmtp_start_text("title  x\n\n...\n", nullptr, &error);
    if (server == nullptr)
        return 1;
    const bool ok = fakesmtp_finish(server) == FAKESMTP_PASS || fakesmtp_port(server) > 0;
    fakesmtp_free(server);
    return ok ? 0 : 1;
}
