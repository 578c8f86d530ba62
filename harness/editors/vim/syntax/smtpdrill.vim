" Scenarios and personalities of smtpdrill: see scenario(5).
if exists("b:current_syntax")
  finish
endif
let s:keep = &cpo
set cpo&vim

syn case match
syn iskeyword @,48-57,-,_,.
setlocal commentstring=#\ %s

" What a line is, by its first token.
syn match drillComment "^\s*#.*$" contains=@Spell
syn match drillComment "\s\s#\s.*$" contained contains=@Spell
syn match drillHeadLine "^\s*\l[a-z-]*\>.*$" contains=drillHead,drillRule,drillFlow,drillKey,drillString,drillVerb,drillPlaceholder,drillNumber,drillComment
syn match drillTitle "^\s*\%(title\|source\)\>.*$" contains=drillHead,drillPlaceholder,@Spell
syn match drillExpectLine "^\s*expect\>.*$" contains=drillExpect,drillExpectKind,drillOutcome,drillString,drillRegex,drillVerb,drillPlaceholder,drillNumber,drillCompare,drillComment
syn match drillServer "^\s*\%(+\S\+\s\+\)\?S:.*$" contains=drillClock,drillMark,drillCode,drillPlaceholder
syn match drillServer "^\s*\%(+\S\+\s\+\)\?S=.*$" contains=drillClock,drillMark,drillString,drillPlaceholder,drillComment
syn match drillClient "^\s*C[:?=].*$" contains=drillMark,drillVerb,drillString,drillRegex,drillPlaceholder,drillNumber,drillComment
syn match drillEventLine "^\s*\%(+\S\+\s\+\)\?!.*$" contains=drillClock,drillEvent,drillNumber,drillComment
syn match drillModel "^\s*\.\.\.\ze\s*$"
syn match drillModel "^\s*\.\.\.\ze\s\s*#"

" The words of each kind. They are the parser's own: a test compares them.
syn keyword drillHead contained title source cites tags level needs stand server offer say tls sasl send message account limit exact odd sweep
syn keyword drillRule contained on connection
syn keyword drillFlow contained either or end
syn keyword drillExpect contained expect
syn keyword drillExpectKind contained outcome never count next message report connections gives tls
syn keyword drillOutcome contained sent temporary permanent unknown partial refused-auth refused-tls
syn keyword drillVerb contained EHLO HELO LHLO MAIL RCPT DATA BDAT BURL RSET VRFY EXPN HELP NOOP QUIT STARTTLS AUTH ETRN ATRN TURN SEND SOML SAML XCLIENT
syn match drillEvent contained "!\%(close\|half-close\|reset\|stall\|closed\|quiet\|deaf\|flush\|tls\|pace\|split\)\>-\@!"

syn match drillMark contained "[SC][:?=]"
syn match drillClock contained "+\d\+\%(ms\|s\|m\|h\)\>"
syn match drillCode contained "\%(S:\s*\)\@<=\d\d\d\>"
syn match drillKey contained "\<[a-z][a-z0-9-]*\ze="
syn match drillCompare contained "[<>=]\+"
syn match drillNumber contained "\<\d\+\%(ms\|[smhkg]\)\?\>"
syn match drillPlaceholder contained "{[^{}]*}"
syn region drillString contained oneline start=+"+ skip=+\\.+ end=+"+ contains=drillEscape,drillPlaceholder
syn match drillEscape contained +\\\%([rnt0\\"]\|x\x\x\)+
syn region drillRegex contained oneline start="\s\@<=/" skip="\\." end="/"

hi def link drillComment Comment
hi def link drillTitle String
hi def link drillHead Keyword
hi def link drillRule Keyword
hi def link drillFlow Conditional
hi def link drillExpect Statement
hi def link drillExpectKind Keyword
hi def link drillOutcome Constant
hi def link drillServer Normal
hi def link drillMark Special
hi def link drillVerb Function
hi def link drillEvent PreProc
hi def link drillModel PreProc
hi def link drillClock Number
hi def link drillCode Number
hi def link drillKey Identifier
hi def link drillCompare Operator
hi def link drillNumber Number
hi def link drillPlaceholder Identifier
hi def link drillString String
hi def link drillEscape SpecialChar
hi def link drillRegex String

let b:current_syntax = "smtpdrill"
let &cpo = s:keep
unlet s:keep
