autocmd BufNewFile,BufRead *.drill,*.personality setfiletype smtpdrill
