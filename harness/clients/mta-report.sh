#!/bin/sh
# mta-report.sh: from lines OUTCOME, CODE, RECIPIENT and TEXT with tabs between them to the JSON and
# the exit status of an adapter (recipe.5, Adapters). Of several lines for a recipient the last counts.
set -eu
LC_ALL=C awk -F '\t' '
    function quoted(text) {
        gsub(/[^ -~]/, "?", text)
        gsub(/[\\"]/, "\\\\&", text)
        return "\"" text "\""
    }
    {
        if (!($3 in word))
            names[++count] = $3
        word[$3] = $1
        code[$3] = $2
        text[$3] = $4
    }
    END {
        for (i = 1; i <= count; i++) {
            each = names[i]
            list = list (i > 1 ? "," : "") "{\"address\":" quoted(each) ",\"outcome\":\"" word[each] "\""
            list = list (code[each] != "" ? ",\"code\":" code[each] : "") ",\"text\":" quoted(text[each]) "}"
            tally[word[each]]++
            last[word[each]] = code[each]
        }
        whole = "unknown"
        if (tally["sent"] > 0)
            whole = tally["sent"] == count ? "sent" : "partial"
        else if (count > 0)
            whole = tally["temporary"] > 0 ? "temporary" : "permanent"
        print "{\"outcome\":\"" whole "\"" (last[whole] != "" ? ",\"code\":" last[whole] : "") \
            ",\"recipients\":[" list "]}"
        exit whole == "sent" ? 0 : whole == "permanent" ? 69 : 75
    }'
