# Prints C sources as FILE:LINE:FUNCTION:CODE, without comments and without what stands in strings
# and character constants. FUNCTION is the last name before "(" on a line that begins at column 1
# and ends no declaration: the function that the line stands in, in this project's layout.
FNR == 1 { in_comment = 0; function_name = "" }
{
    line = $0
    code = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0) { line = ""; break }
            line = substr(line, at + 2)
            in_comment = 0
        } else if (match(line, /^[^"'\/]+/)) {
            code = code substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
        } else if (substr(line, 1, 2) == "/*") {
            in_comment = 1
            line = substr(line, 3)
        } else if (substr(line, 1, 2) == "//") {
            line = ""
        } else if (match(line, /^"([^"\\]|\\.)*"/)) {
            # What an #include names is wanted.
            code = code (code ~ /^#[ ]*include/ ? substr(line, 1, RLENGTH) : "\"\"")
            line = substr(line, RLENGTH + 1)
        } else if (match(line, /^'([^'\\]|\\.)[^']*'/)) {
            code = code "' '"
            line = substr(line, RLENGTH + 1)
        } else {
            code = code substr(line, 1, 1)
            line = substr(line, 2)
        }
    }
    if (code ~ /^[A-Za-z_].*\(/ && code !~ /;[ ]*$/ && code !~ /^typedef/) {
        name = code
        sub(/\(.*/, "", name)
        sub(/.*[^A-Za-z0-9_]/, "", name)
        function_name = name
    }
    if (code ~ /[^ \t]/)
        print FILENAME ":" FNR ":" function_name ":" code
}
