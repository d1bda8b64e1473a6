# Passphrases as systemd's LoadCredential= gives them: files in a folder that CREDENTIALS_DIRECTORY names; an explicit descriptor goes before them.
mkdir credentials elsewhere wrong
printf 'the officer knows\n' >credentials/depositary.officer
printf 'the root knows' >credentials/depositary.root
export CREDENTIALS_DIRECTORY=$PWD/credentials
depositary init register --member XA --name XA --officer K-1 --root-out root.pem --no-recovery >/dev/null </dev/null
holds root.pem 'BEGIN ENCRYPTED'
depositary note --text one -C register </dev/null >/dev/null

# As systemd.exec(5) has them: a folder that can't be written, of files of mode 0400.
chmod 400 credentials/*
chmod 500 credentials
depositary note --text 'read only' -C register </dev/null >/dev/null
depositary item check --all -C register </dev/null >/dev/null
chmod -R u+rwx credentials

# The units of the guide, as they stand there: systemd reads them without a word, and what the service starts runs as systemd starts it.
depositary init night --member XA --name XA --officer K-17 --root-out night.pem --no-recovery >/dev/null </dev/null
depositary collect root.pem -C night --yes >/dev/null </dev/null
mkdir units
guide_units() { # FOLDER
    awk -v folder="$1/" '/^    # /{name = ""} /^    # cat .*depositary-check/{name = $3; sub(".*/", folder, name); next} name && /^    /{print substr($0, 5) >name}' "$SOURCE_ROOT/doc/guide/custodian.md"
}
guide_units units
sed -i "s|/usr/local/bin/depositary|$DEPOSITARY|; s|/srv/register|$PWD/night|" units/depositary-check.service
if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify units/depositary-check.* >said 2>&1 || { cat said; fail 'systemd refuses the units of the guide'; }
    same '' "$(cat said)" 'what systemd says of the units'
else
    echo 'no systemd here: the units are not verified'
fi
read -ra environment <<<"$(sed -n 's/^Environment=//p' units/depositary-check.service)"
same 2 "$(grep -c '^ExecStart=' units/depositary-check.service)" 'what the service starts'
while read -ra start; do
    (cd / && env -i PATH=/usr/bin LANG=C.UTF-8 HOME=/nonexistent "${environment[@]}" CREDENTIALS_DIRECTORY="$CREDENTIALS_DIRECTORY" "${start[@]}" </dev/null) >>journal 2>&1 || fail "$(cat journal)"
done < <(sed -n 's/^ExecStart=//p' units/depositary-check.service)
holds journal ': intact$'
holds journal 'Verdict: intact'
env -C / -i "${environment[@]}" "$DEPOSITARY" item check --all </dev/null >journal 2>&1 && fail 'without its credential the unit fails'
holds journal 'passphrase'

# And under a systemd that runs: this machine in a container, on a layer of its own that is thrown away, with the units as they are printed. The
# passphrase is sealed as the guide has it; a timer whose last day was missed fires at once; a damaged container fails the next night.
booted() {
    mkdir boot layer root
    mount -t tmpfs none layer 2>/dev/null || return 1
    mkdir layer/up layer/work
    mount -t overlay -o lowerdir=/,upperdir=layer/up,workdir=layer/work overlay root 2>/dev/null || return 1
    rm -rf root/etc/systemd/system/*
    printf '[Unit]\nRequires=probe.service\n' >root/etc/systemd/system/probe.target
    printf '[Service]\nType=oneshot\nExecStart=/bin/bash /mnt/probe\nExecStopPost=/bin/systemctl --force poweroff\n' >root/etc/systemd/system/probe.service
    guide_units root/etc/systemd/system
    cat >boot/probe <<'END'
set -eux
exec >/mnt/said 2>&1
useradd --system custody
chown -R custody /srv/register
install -d -m 700 /etc/credstore.encrypted
printf 'the officer knows' | systemd-creds encrypt --name=depositary.officer - /etc/credstore.encrypted/depositary.officer
mkdir -p /var/lib/systemd/timers
touch -d '2 days ago' /var/lib/systemd/timers/stamp-depositary-check.timer
night() { # FILE: what became of it, and its words
    for _ in $(seq 300); do
        case $(systemctl show -p ActiveState --value depositary-check) in failed) break ;; inactive) [ -z "$(systemctl show -p ExecMainExitTimestamp --value depositary-check)" ] || break ;; esac
        sleep 0.1
    done
    systemctl show -p Result --value depositary-check >"/mnt/$1"
    journalctl -u depositary-check -o cat >>"/mnt/$1"
}
systemctl enable --now depositary-check.timer
night first
printf Q | dd of="$(echo /srv/register/vault/*.age)" bs=1 seek=900 conv=notrunc status=none
systemctl start depositary-check || true
night second
END
    timeout 100 systemd-nspawn -q -D root --machine="depositary-$$" --register=no --keep-unit --private-network --link-journal=no --console=pipe \
        --bind="$PWD/boot:/mnt" --bind="$PWD/night:/srv/register" --bind-ro="$(dirname "$(dirname "$DEPOSITARY")"):/usr/local" -b -- --unit=probe.target <&- >console 2>&1
    [ -e boot/said ]
}
if [ "$(id -u)" -eq 0 ] && [ -z "$FLOW_SANITIZED" ] && command -v systemd-nspawn >/dev/null; then
    trap 'umount -q root layer || true' EXIT
    if booted; then
        [ -e boot/second ] || { cat boot/said; fail 'the night was not gone through'; }
        same success "$(sed -n 1p boot/first)" 'the first night'
        holds boot/first ': intact$'
        holds boot/first 'Verdict: intact'
        same exit-code "$(sed -n 1p boot/second)" 'the night after the damage'
        holds boot/second ': altered$'
    else
        echo 'no container boots here: the units are not seen under a running systemd'
    fi
else
    echo 'the units are not seen under a running systemd: not root, or no systemd-nspawn'
fi

# Without it nothing opens; each file is for what it is called.
printf 'the officer knows\n' >fd
expect 3 env -u CREDENTIALS_DIRECTORY depositary note --text x -C register </dev/null 2>/dev/null
depositary note --text two -C register --passphrase-fd 3 3<fd >/dev/null
openssl pkey -in root.pem -passin 'pass:the root knows' -noout
if openssl pkey -in root.pem -passin 'pass:the officer knows' -noout 2>/dev/null; then fail 'the root key has the passphrase of the officer'; fi

# A descriptor that was named counts, whatever lies in the folder; a folder without the file, and a wrong file, open nothing.
printf 'not this\n' >fd
expect 3 depositary note --text x -C register --passphrase-fd 3 3<fd </dev/null 2>/dev/null
CREDENTIALS_DIRECTORY=$PWD/elsewhere expect 3 depositary note --text x -C register </dev/null 2>err
holds err .
printf 'wrong\n' >wrong/depositary.officer
CREDENTIALS_DIRECTORY=$PWD/wrong expect 3 depositary note --text x -C register </dev/null 2>err
holds err .
depositary verify register >/dev/null

# A descriptor that isn't open is no way to say one.
expect 2 depositary note --text x -C register --passphrase-fd 9 9<&- 2>err
holds err 'needs the number of an open descriptor, not 9'

# Who opens everything when all is lost is said, or expressly that nobody does; both at once contradict each other. Nothing is made.
while IFS=: read -r lang says; do
    LANGUAGE=$lang expect 1 depositary init none --member XA --name XA --root-out none.pem --no-passphrase 2>err
    holds err "$says.*\\(init.recovery.absent\\)"
done <<'END'
en:expressly --no-recovery
fr:expressément --no-recovery
ar:أو صراحةً
END
recovery=age1$(printf '%058d' 0)
expect 1 depositary init none --member XA --name XA --root-out none.pem --no-passphrase --no-recovery --recovery "$recovery" 2>err
holds err 'init.recovery.both'
: >file
expect 1 depositary init file/none --member XA --name XA --root-out none.pem --no-passphrase --no-recovery 2>err
holds err 'a part of the path is no folder'
expect 1 depositary init file --member XA --name XA --root-out none.pem --no-passphrase --no-recovery 2>err
holds err 'something in this place already'
if [ -e none ] || [ -e none.pem ]; then fail 'something was made'; fi
