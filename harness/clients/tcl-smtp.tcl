# Sends one message with tcllib's smtp::sendmessage and says what became of it, as JSON and exit
# status. The facts are in the environment (recipe.5), the recipients are the arguments.
package require mime
package require smtp

if {$argv eq "--version"} {
    puts "smtp [package present smtp]"
    exit
}

proc fact {name} {
    return $::env(SMTPDRILL_$name)
}

proc slurp {path} {
    set file [open $path rb]
    set octets [read $file]
    close $file
    return $octets
}

proc quoted {text} {
    set to ""
    foreach c [split $text ""] {
        scan $c %c n
        append to [expr {$n < 32 || $n > 126 || $c in {"\"" "\\"} ? [format "\\u%04x" $n] : $c}]
    }
    return "\"$to\""
}

proc finish {status args} {
    puts "{[join $args ,]}"
    exit $status
}

proc outcome_of {code} {
    return [expr {[string match 4* $code] ? "temporary" : [string match 5* $code] ? "permanent" : ""}]
}

# What it throws begins with the reply code, where there is one.
proc give_up {why} {
    set text "\"text\":[quoted $why]"
    set code ""
    if {[regexp {^(\d{3})[: ]} $why -> code]} {
        set outcome [outcome_of $code]
    } else {
        set outcome ""
    }
    if {$outcome eq ""} {
        finish 1 $text
    }
    finish [expr {$outcome eq "temporary" ? 75 : 69}] "\"outcome\":\"$outcome\"" "\"code\":$code" $text
}

proc rows {failed everybody} {
    set refused [dict create]
    foreach row $failed {
        dict set refused [lindex $row 0] [lrange $row 1 end]
    }
    set rows {}
    foreach address $everybody {
        set row "\"address\":[quoted $address]"
        if {[dict exists $refused $address]} {
            lassign [dict get $refused $address] code text
            append row ",\"outcome\":[quoted [outcome_of $code]],\"code\":$code"
        } else {
            append row ",\"outcome\":\"sent\""
        }
        lappend rows "{$row}"
    }
    return $rows
}

set how [list -servers [fact HOST] -ports [fact PORT] -usetls 0 -atleastone 1 -originator [fact FROM] \
    -recipients [join $argv ,] -header [list To [join $argv ", "]] -header [list From sender@client.example] \
    -header [list Subject "a message of a test"] \
    -client [expr {[fact DOMAIN] ne "" ? [fact DOMAIN] : "client.example"}]]
if {[fact TIMEOUT] ne ""} {
    lappend how -maxsecs [fact TIMEOUT]
}
if {[fact USER] ne ""} {
    lappend how -username [fact USER] -password [string trimright [slurp [fact PASSWORD_FILE]] \n]
}
set message [mime::initialize -canonical text/plain -string [slurp [fact BODY]]]
if {[catch {smtp::sendmessage $message {*}$how} failed]} {
    give_up $failed
}
mime::finalize $message
set rows [rows $failed $argv]
if {[llength $failed] >= [llength $argv]} {
    give_up [lindex $failed 0 1]:[lindex $failed 0 2]
}
finish 0 "\"outcome\":\"[expr {[llength $failed] ? "partial" : "sent"}]\"" "\"recipients\":\[[join $rows ,]\]"
