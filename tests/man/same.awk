# same.awk EXPECTED GOT: are they the same, where "..." in EXPECTED stands for any octets?
FNR == NR { expected = expected $0 "\n"; next }
{ got = got $0 "\n" }
END {
    count = split(expected, part, /\.\.\./)
    if (count == 1)
        exit expected != got
    if (substr(got, 1, length(part[1])) != part[1])
        exit 1
    rest = substr(got, length(part[1]) + 1)
    for (i = 2; i < count; i++) {
        at = part[i] == "" ? 1 : index(rest, part[i])
        if (at == 0)
            exit 1
        rest = substr(rest, at + length(part[i]))
    }
    last = part[count]
    exit length(rest) < length(last) || substr(rest, length(rest) - length(last) + 1) != last
}
