#!/bin/sh
# postfix.sh RECIPIENT…: starts a Postfix that is configured by main.cf and master.cf in the folder of
# the run, hands it the message, and reads from its log what became of each recipient (recipe.5,
# Adapters).
set -eu
cd "$SMTPDRILL_DIR"
if [ "${1-}" != inside ]; then
    exec unshare --mount --propagation private sh "$0" inside "$@"
fi
shift

private='active bounce corrupt defer deferred flush hold incoming private saved trace'
mkdir etc spool data
mv main.cf master.cf etc
[ ! -f credentials ] || mv credentials etc
(
    cd spool
    # shellcheck disable=SC2086 # a list of names
    mkdir pid maildrop public $private
    # shellcheck disable=SC2086
    chown postfix:postdrop ../data maildrop public $private
    # shellcheck disable=SC2086
    chmod 700 $private
    chmod 730 maildrop
    chmod 710 public
)
mount --bind etc /etc/postfix
mount --bind spool /var/spool/postfix
mount --bind data /var/lib/postfix

# Whoever reads the log may be done before Postfix is.
mkfifo log
daemons=$(postconf -dh daemon_directory)
"$daemons/master" -s >log 2>&1 &
master=$!
trap 'kill "$master" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
exec 3<log

# Until there is a status for each recipient; Postfix drops those that differ in case alone.
follow() {
    left=1
    while [ "$left" -gt 0 ] && read -r line; do
        printf '%s\n' "$line"
        case $line in
        *' fatal: '* | *' panic: '*) break ;;
        *' nrcpt='*' (queue active)')
            left=${line##* nrcpt=}
            left=${left%% *}
            ;;
        *' to=<'*'>, relay='*' status='*) left=$((left - 1)) ;;
        esac
    done <&3
}

"$(postconf -dh sendmail_path)" -i -f "$SMTPDRILL_FROM" -- "$@" <"$SMTPDRILL_MESSAGE_LF" >&2
follow >told
cat told >&2

# … QUEUE: to=<RECIPIENT>, relay=…, status=sent|deferred|bounced (TEXT)
LC_ALL=C awk '
    match($0, / to=<.*>, relay=/) {
        address = substr($0, RSTART + 5, RLENGTH - 14)
        if (!match($0, / status=(sent|deferred|bounced) /))
            next
        word = substr($0, RSTART + 8, RLENGTH - 9)
        text = substr($0, RSTART + RLENGTH)
        word = word == "bounced" ? "permanent" : word == "deferred" ? "temporary" : word
        code = match(text, /(said: |^\()[2-5][0-9][0-9][- ]/) ? substr(text, RSTART + RLENGTH - 4, 3) : ""
        print word "\t" code "\t" address "\t" text
    }' told | sh "${0%/*}/mta-report.sh"
