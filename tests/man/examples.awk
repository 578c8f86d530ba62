# Takes the EXAMPLES of an mdoc page apart: files NNN.kind NNN.cmd [NNN.exit] [NNN.out] in folder `to`.
function start(kind, text) {
    finish()
    base = sprintf("%s/%03d", to, ++number)
    print kind > (base ".kind")
    close(base ".kind")
    print text > (base ".cmd")
    close(base ".cmd")
}
function finish() {
    if (out != "")
        close(out)
    out = ""
}
function plain(text) {
    gsub(/\\&/, "", text)
    gsub(/\\-/, "-", text)
    gsub(/\\\(aq/, "'", text)
    gsub(/\\\(dq/, "\"", text)
    gsub(/\\\(ha/, "^", text)
    gsub(/\\\(ti/, "~", text)
    gsub(/\\e/, "\\", text)
    return text
}
/^\.Sh / { inside = ($2 == "EXAMPLES"); display = 0; finish(); next }
!inside { next }
/^\.\\" example: exit / { status = $4; next }
/^\.\\" example: skip/ { skip = 1; next }
/^\.\\" example: setup / { sub(/^\.\\" example: setup /, ""); start("setup", plain($0)); next }
/^\.\\" example: server / { sub(/^\.\\" example: server /, ""); start("server", plain($0)); next }
/^\.Bd .*-literal/ { display = 1; next }
/^\.Ed/ { display = 0; more = 0; finish(); next }
display && more { text = plain($0); more = (text ~ /\\$/); print text >> (base ".cmd"); close(base ".cmd"); next }
(display && /^\$ /) || /^\.Dl \$ / {
    sub(/^\.Dl /, "")
    text = plain(substr($0, 3))
    start(skip ? "skip" : "run", text)
    more = (text ~ /\\$/)
    if (status != "") {
        print status > (base ".exit")
        close(base ".exit")
    }
    skip = 0
    status = ""
    shown = display && number > 0
    next
}
display && shown && base != "" && !/^\.\\"/ { out = base ".out"; print plain($0) >> out }
