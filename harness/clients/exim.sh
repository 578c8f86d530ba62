#!/bin/sh
# exim.sh RECIPIENT…: hands the message to Exim, waits until it has delivered what it could, and
# reads from its log what became of each recipient (recipe.5, Adapters).
set -eu
mkdir "$SMTPDRILL_DIR/spool"
exim4 -C "$SMTPDRILL_DIR/exim.conf" -oi -odf -f "<$SMTPDRILL_FROM>" -- "$@" \
    <"$SMTPDRILL_MESSAGE_LF" >&2

# DATE TIME ID =>|->|**|== RECIPIENT[ <…>] R=… T=…[ defer (…)][ H=…]: TEXT
LC_ALL=C awk '
    $4 == "=>" || $4 == "->" || $4 == "**" || $4 == "==" {
        word = $4 == "**" ? "permanent" : $4 == "==" ? "temporary" : "sent"
        rest = substr($0, index($0, $3) + length($3) + 4)
        address = rest
        sub(/( <.*>)? R=smarthost .*/, "", address)
        code = ""
        if (match(rest, / C="[2-5][0-9][0-9]/))
            code = substr(rest, RSTART + 4, 3)
        else if (match(rest, /: [2-5][0-9][0-9]([- ]|$)/))
            code = substr(rest, RSTART + 2, 3)
        print word "\t" code "\t" address "\t" rest
    }' "$SMTPDRILL_DIR"/log-main | sh "${0%/*}/mta-report.sh"
