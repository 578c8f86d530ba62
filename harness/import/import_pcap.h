/*
 * import_pcap.h - a capture of packets, turned into a log with marks by tshark(1).
 *
 * tshark puts the segments of each connection in order; what is said under TLS stays hidden, and a
 * mark of its own says where it begins. Connections without a line of SMTP are left out.
 *
 * Shape:   "[connection]" before each connection, "C: " before lines of the side that opened it,
 *          "S: " before those of the other, "[gap] TLS" where TLS begins.
 * Bounds:  the first IMPORT_PCAP_STREAMS_MAX TCP connections of the capture; IMPORT_OCTETS_MAX.
 * Lives:   in the arena.
 * Errors:  ERR_IO when tshark is not there (with the name of its package) or fails; ERR_SYNTAX when
 *          no connection shows a line of SMTP; ERR_LIMIT; ERR_MEMORY.
 * Source:  pcap-savefile(5), draft-ietf-opsawg-pcapng 4.1; tshark(1), "-z follow".
 */
#ifndef HARNESS_IMPORT_IMPORT_PCAP_H
#define HARNESS_IMPORT_IMPORT_PCAP_H

#include "harness/import/import.h"

#define IMPORT_PCAP_STREAMS_MAX 32

bool import_pcap_is(struct bytes octets); /* pcap or pcapng, also compressed by gzip */
bool import_pcap_read(const char *path, struct arena *arena, struct bytes *ret_log,
                      struct err *err);
/* What tshark printed, as a log. */
bool import_pcap_log(struct bytes followed, struct arena *arena, struct bytes *ret_log,
                     struct err *err);

#endif
