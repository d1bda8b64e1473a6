# libdepositary as others use it: found by pkg-config, compiled against the installed header, and of one mind with the program.
need cc pkg-config nm jq
[ -z "$FLOW_SANITIZED" ] || skip 'a program without the sanitizer can not load the library with it'
prefix=$(dirname "$(dirname "$DEPOSITARY")")
found=$(find "$prefix" -name depositary.pc)
[ -f "$found" ] || fail 'depositary.pc is not installed'
PKG_CONFIG_PATH=$(dirname "$found")
export PKG_CONFIG_PATH
read -ra shared <<<"$(pkg-config --cflags --libs depositary)"
read -ra whole <<<"$(pkg-config --static --cflags --libs depositary)"
folder=$(pkg-config --variable=libdir depositary)
strict=(-std=c11 -Wall -Wextra -Wpedantic -Werror)
cc "${strict[@]}" "$SOURCE_ROOT/doc/examples/verify.c" -o verify "${shared[@]}" "-Wl,-rpath,$folder"
cc "${strict[@]}" "$SOURCE_ROOT/doc/examples/verify.c" -o verify-static "${whole[@]/-ldepositary/-l:libdepositary.a}"
printf '#include <depositary/verify.h>\nint main() { depositary_verifier_free(nullptr); }\n' >plus.cc
if command -v c++ >/dev/null; then c++ -Wall -Werror plus.cc -o plus "${shared[@]}" "-Wl,-rpath,$folder" && ./plus; fi

# Nothing but the API can be seen, each symbol with its version.
nm -D --defined-only "$folder/libdepositary.so" >symbols
lacks symbols ' dep_'
same "$(grep -oE '\bdepositary_verifier_[a-z_]+\(' "$SOURCE_ROOT/include/depositary/verify.h" | sort -u | wc -l)" \
    "$(grep -c ' T depositary_verifier_.*@@DEPOSITARY_0.1$' symbols)" 'functions of the header, and of the library'

new_register reg
mkdir dump
echo evidence >dump/a
depositary collect dump -C reg --yes --json >collected
depositary log checkpoint -C reg >seen
expect 0 ./verify reg seen >said
holds said '^intact: [0-9]+ records, 1 containers, 0 findings$'
same "$(depositary verify reg --json | jq .records)" "$(sed -E 's/^intact: ([0-9]+) .*/\1/' said)" 'records'
./verify-static reg seen | diff said -
same '' "$(find reg -newer said)" 'files of the register that were written'
printf x >>"reg/$(json collected .container)"
expect 1 ./verify reg >said
holds said '^altered: '
depositary verify reg --json >verdict || true
same "$(jq -r '.findings[].id' verdict)" "$(sed -nE 's/^altered: ([^ ]+) \[.*/\1/p' said)" 'findings'
expect 3 ./verify nowhere >said
holds said 'store.no_register \[nowhere'
