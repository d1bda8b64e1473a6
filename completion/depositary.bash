# shellcheck shell=bash
# Completion of depositary for bash: commands, what they do, options as the program itself lists them, types, items.

_depositary() {
    local word=$2 last=$3 command=${COMP_WORDS[1]:-} register='' i choices=''
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        choices='init charter collect intake item record import note show list search schema hold erase release approve refuse withdraw publish pack mission request consent assure case
            mark status retention inbox outbox due report timeline key cosign log timestamp prove verify receive print redact backup restore --help --version'
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        return
    fi
    # Values of options.
    case $last in
    --profile) choices='office field' ;;
    --stage) choices='device image extract report translation transcript redaction box other' ;;
    --roles) choices='custodian legal desk auditor administrator approver' ;;
    --lang) choices='ar en fr' ;;
    --type) choices=$(depositary schema --json 2>/dev/null | sed -n 's/.*"type": *"\([^"]*\)".*/\1/p') ;;
    -C | --register | --home | --keys | --keyring) compopt -o nospace; mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --file | --out | --pdf | -o | --seen | --root | --root-out | --recovery | --reason-file | --holder-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    esac
    if [ -n "$choices" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        return
    fi
    if [[ $word == -* ]]; then
        choices=$(depositary "$command" --help 2>/dev/null | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' | tr -d ',')
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in -C | --register) register=${COMP_WORDS[i + 1]:-} ;; esac
    done
    register=${register:-${DEPOSITARY_REGISTER:-.}}
    if [ "$COMP_CWORD" -eq 2 ]; then
        case $command in
        item) choices='list files extract check history correct transfer receive examine copy return split open-seal
            replace-seal stocktake lost found dispose error' ;;
        key) choices='list enrol request sign import share revoke card recover cosigner' ;;
        timestamp) choices='request add list' ;;
        cosign) choices='introduce request answer take list fork' ;;
        charter) choices='draft adopt enter show verify' ;;
        log) choices='checkpoint vkey audit' ;;
        hold) choices='place lift' ;;
        release) choices='prepare list judge review' ;;
        report) choices='campaign case commitments custody due incidents membership' ;;
        timeline) choices='item case campaign all' ;;
        publish) choices='prepare preview list' ;;
        request) choices='in out answer list show' ;;
        consent) choices='give check withdraw list show' ;;
        assure) choices='give withdraw list show' ;;
        case) choices='open stage judge list show' ;;
        mark) choices='set show' ;;
        mission) choices='end list show' ;;
        withdraw) choices='acknowledged' ;;
        status) choices='issue show' ;;
        retention) choices='rules review' ;;
        print) choices='label inventory handover page letter receipt' ;;
        schema) choices='list show' ;;
        record | import) choices=$(depositary schema --json 2>/dev/null | sed -n 's/.*"type": *"\([^"]*\)".*/\1/p') ;;
        collect | intake | verify | backup | restore | init) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        esac
    elif [[ $command == status ]]; then
        choices='consents keys'
    elif [[ $command == item || $command == mark || $command == hold || ($command == print && ${COMP_WORDS[2]} != page && ${COMP_WORDS[2]} != letter && ${COMP_WORDS[2]} != receipt) ]]; then
        # The names of the containers are the items; no key is asked for.
        choices=$(cd "$register/vault" 2>/dev/null && printf '%s\n' *.tar.age | sed -n 's/\.tar\.age$//p' | grep -v '^\*')
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}
complete -o filenames -F _depositary depositary
