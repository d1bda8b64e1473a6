# The newcomer's transcript is true: ./quickstart says, line for line, what doc/guide/getting-started.md shows. Only the building is left out:
# the program that is tested stands where it would be built.
need jq age
mkdir stub
printf '#!/bin/sh\nexit 0\n' >stub/meson
chmod +x stub/meson
PATH=$PWD/stub:$PATH

# settled FILE HOME: what differs from day to day and from machine to machine made alike; without marks of direction, of which a page has more.
settled() {
    sed -E "s|$2|/home/you|g; s/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/ID/g; s/-20[0-9]{6}/-DATE/g; s/\([0-9]+K\)/(SIZE)/; /^==[0-9]+==WARNING/d" "$1" | sed $'s/[\u2066\u2067\u2068\u2069]//g'
}
# As who may no more than its own files, where that can be had.
ordinary=()
if [ "$(id -u)" -eq 0 ] && setpriv --bounding-set=-all --inh-caps=-all true 2>/dev/null; then ordinary=(setpriv --bounding-set=-all --inh-caps=-all); fi
# transcript LANGUAGE HOME PAGE: what it says is what the page shows. The checkout is in HOME/depositary.
transcript() {
    mkdir -p "$2/depositary/build"
    cp -r "$SOURCE_ROOT/quickstart" "$SOURCE_ROOT/tools" "$2/depositary/"
    ln -s "$(dirname "$(dirname "$DEPOSITARY")")" "$2/depositary/build/prefix"
    (cd "$2/depositary" && LANGUAGE=$1 "${ordinary[@]}" ./quickstart </dev/null) >"$2/said" 2>&1 || { cat "$2/said"; fail "quickstart, language $1"; }
    sed -n '/^    \$ \.\/quickstart$/,/^[^ ]/p' "$3" | sed '1,2d; /^[^ ]/d; s/^    //' >"$2/shown"
    [ "$(wc -l <"$2/shown")" -gt 40 ] || fail "no transcript, language $1"
    settled "$2/shown" "$2" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$2/shown.settled"
    settled "$2/said" "$2" >"$2/said.settled"
    diff "$2/shown.settled" "$2/said.settled" || fail "the transcript is not what is said, language $1"
}
transcript en "$PWD" "$SOURCE_ROOT/doc/guide/getting-started.md"
for language in fr ar; do
    mkdir "$language"
    transcript "$language" "$PWD/$language" "$SOURCE_ROOT/doc/guide/$language/getting-started.md"
done

# What it says to do next works as it stands there.
eval "$(sed -n 's/^  \(export PATH=.*\)/\1/p' said)"
sed -n 's/^  \(depositary item .*\)/\1/p' said >commands
[ -s commands ] || fail 'it says nothing to do next'
while read -r command; do $command >/dev/null; done <commands
open=$(sed -n '/^  age -d/,/tar xv$/p' said)
mkdir out
(cd out && bash -c "$open" >/dev/null 2>&1)
diff -r --no-dereference depositary/exercise-* out/files/exercise-* || fail 'what stock tools opened is not what was sealed'

# Nothing is overwritten; a folder that isn't there is said before anything is made.
(cd depositary && expect 2 ./quickstart --register "$DEPOSITARY_REGISTER" >/dev/null 2>&1)
(cd depositary && expect 2 ./quickstart nowhere 2>err && holds err nowhere)
for language in fr ar; do
    (cd depositary && LANGUAGE=$language expect 2 ./quickstart nowhere 2>"err.$language" && lacks "err.$language" 'There is no')
done

# More rights are asked for where packages are missing, to install those, and for nothing else. A sudo, an apt-get and a dpkg-query that only say
# what they were asked; an id that is nobody special.
mkdir asks ordinary
cp -rs /usr/bin/. asks
ln -sf "$PWD/stub/meson" asks/meson
stand_in() { # NAME LINE...
    rm -f "asks/$1"
    printf '#!/bin/sh\n%s\n' "${@:2}" >"asks/$1"
    chmod +x "asks/$1"
}
stand_in id 'echo 1000'
stand_in dpkg-query "case \"\$*\" in *libsodium-dev) [ -e $PWD/has-it ] || exit 1 ;; esac" 'echo installed'
stand_in apt-get "case \"\$*\" in *install*) [ -e $PWD/as-root ] && : >$PWD/has-it ;; esac"
stand_in sudo "echo \"\$*\" >>$PWD/asked" "case \$1 in -v) exit \${SUDO_SAYS:-0} ;; esac" ": >$PWD/as-root" '"$@" || exit' "rm $PWD/as-root"
quick() { # REGISTER
    (cd depositary && LANGUAGE=en PATH=$OLDPWD/asks ./quickstart --register "../ordinary/$1" ../out </dev/null) >said 2>&1
}
SUDO_SAYS=1 expect 3 quick refused
holds said '^  libsodium-dev  '
holds said '^Without sudo the packages cannot be installed'
same '-v' "$(cat asked)" 'what was asked of a sudo that refuses'
rm asked
quick granted || { cat said; fail 'with a sudo that grants'; }
holds said 'sudo may ask for your password. Nothing else here does'
same "$(printf -- '-v\nupdate\ninstall libsodium-dev')" "$(sed -E 's/^.*apt-get .*Timeout=300 //; s/-y --no-install-recommends //' asked)" 'what sudo was asked for, and no more'
rm has-it asks/sudo
expect 3 quick none
holds said '^  apt-get update && apt-get install --no-install-recommends libsodium-dev$'
