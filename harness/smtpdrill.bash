# bash completion for smtpdrill(1): commands, options, names of scenarios and clients.
_smtpdrill() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' word options=''
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        --) return ;;
        -*) ;;
        *)
            command=$word
            break
            ;;
        esac
    done
    case $previous in
    --client)
        mapfile -t COMPREPLY < <(compgen -W "$(smtpdrill list --clients 2>/dev/null |
            awk '{ print $1 }')" -- "$current")
        return
        ;;
    --report)
        mapfile -t COMPREPLY < <(compgen -W 'text tap junit= json= html=' -- "$current")
        return
        ;;
    --tls | --to-tls)
        mapfile -t COMPREPLY < <(compgen -W 'starttls implicit' -- "$current")
        return
        ;;
    --cut)
        mapfile -t COMPREPLY < <(compgen -W 'all close half-close reset stall split join close@octets
            half-close@octets reset@octets stall@octets split@octets' -- "$current")
        return
        ;;
    --color)
        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current")
        return
        ;;
    --profile)
        mapfile -t COMPREPLY < <(compgen -W "$(smtpdrill list --profiles 2>/dev/null |
            awk '/^[a-z]/ { print $1 }')" -- "$current")
        return
        ;;
    --known)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --scenarios | --keep | --probes)
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    esac
    case $command in
    run) options='--client --jobs --tag --not-tag --requirement --profile --slow --shard --sample --seed --repeat
        --cut --retry-failures --limit --no-probe --warp --strict --known --report --keep --scenarios --color --verbose --help' ;;
    list) options='--clients --requirements --tags --capabilities --personalities --profiles --instances
        --scenarios --tag --not-tag --requirement --profile --help' ;;
    check) options='--scenarios --strict --help' ;;
    fmt) options='--write --check --diff --help' ;;
    judge) options='--strict --verbose --help' ;;
    explain) options='--scenarios --help' ;;
    import) options='--output --session --title --help' ;;
    probe) options='--client --jobs --probes --verbose --help' ;;
    profile) options='--client --json --diff --jobs --help' ;;
    record) options='--to --listen --output --title --once --keep-data --tls --tls-name --ca-file --to-tls
        --server-name --cacert --insecure --user --password-file --client --from --rcpt --message --diff --help' ;;
    report) options='--output --known --scenarios --help' ;;
    '') options='run check fmt list explain judge import probe profile record report --help --version' ;;
    esac
    case $command:$current in
    *:-* | :*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
    run:*)
        mapfile -t COMPREPLY < <(compgen -W "$(smtpdrill list 2>/dev/null |
            awk '{ print $1 }')" -- "$current")
        ;;
    explain:*)
        mapfile -t COMPREPLY < <(compgen -W "$(smtpdrill list --requirements 2>/dev/null |
            awk '{ print $1 }')" -- "$current")
        ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -o filenames -F _smtpdrill smtpdrill
