#!/bin/sh
# mta.sh ACCOUNT COMMAND [ARGUMENT…]: runs the command as a user of that name, in a mount namespace
# where /etc/passwd and /etc/group are copies that know this user. A mail server refuses to start
# without the account that it was built for; here it needs neither that nor the superuser.
set -eu
account=$1
shift
etc=${SMTPDRILL_DIR:-$PWD}/etc
mkdir -p "$etc"
number=950 # of nobody's: it is mapped to whoever runs this
for table in passwd group; do
    grep -v "^$account:" "/etc/$table" >"$etc/$table"
done
echo "$account:x:$number:$number::/nonexistent:/usr/sbin/nologin" >>"$etc/passwd"
echo "$account:x:$number:" >>"$etc/group"
export SMTPDRILL_ETC="$etc"
# shellcheck disable=SC2016 # the inner shell's
exec unshare --user --map-root-user --mount sh -c '
    mount --bind "$SMTPDRILL_ETC/passwd" /etc/passwd
    mount --bind "$SMTPDRILL_ETC/group" /etc/group
    exec unshare --user --map-user=950 --map-group=950 "$@"' sh "$@"
