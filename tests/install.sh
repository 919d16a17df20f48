#!/bin/sh
# install.sh -- `make install` and `make uninstall`: into a staging folder, below a prefix of one's
# own, and into a clean /usr/local, where plain `.load lightning` has to work.
#
# The clean /usr/local is a private mount, which needs unshare(1); without it that part is skipped.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# make says which folder it is in when it is run by make; this is no part of the test.
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES

build()
{
    make -s B="${B:-build}" "$@"
}

fail()
{
    echo "install: $*" >&2
    exit 1
}

files_below()
{
    (cd "$1" && find . ! -type d | LC_ALL=C sort | tr '\n' ' ')
}

# loads LINE: whether the stock shell has our functions after this .load line, in an empty folder.
loads()
{
    mkdir -p "$work/empty"
    (cd "$work/empty" && sqlite3 -batch -init /dev/null -cmd "$1" :memory: \
        'SELECT length(lightning_version()) > 0' 2>&1) | grep -qx 1
}

# The line that install prints for sqlite3.
told()
{
    sed -n 's/^In sqlite3: //p' "$1"
}

in_staging()
{
    stage=$work/stage
    build install DESTDIR="$stage" PREFIX=/usr >"$work/log"
    [ "$(files_below "$stage")" = './usr/bin/lightning ./usr/lib/liblightning.so ' ] ||
        fail "DESTDIR holds $(files_below "$stage")"
    [ "$(told "$work/log")" = '.load /usr/lib/liblightning.so' ] || fail "says $(cat "$work/log")"
    readelf -d "$stage/usr/lib/liblightning.so" | grep -q 'SONAME.*\[lightning\.so\]' ||
        fail 'the SONAME is not lightning.so'
    loads ".load $stage/usr/lib/liblightning.so" || fail 'the staged extension does not load'
    build uninstall DESTDIR="$stage" PREFIX=/usr
    [ -z "$(files_below "$stage")" ] || fail "uninstall left $(files_below "$stage")"
}

in_own_prefix()
{
    prefix=$work/own
    build install PREFIX="$prefix" >"$work/log"
    [ "$(files_below "$prefix")" = './bin/lightning ./lib/liblightning.so ' ] ||
        fail "PREFIX holds $(files_below "$prefix")"
    loads "$(told "$work/log")" || fail "this line does not work: $(told "$work/log")"
    "$prefix/bin/lightning" help >/dev/null || fail 'the installed lightning does not run'
    build uninstall PREFIX="$prefix"
    [ -z "$(files_below "$prefix")" ] || fail "uninstall left $(files_below "$prefix")"
}

# Runs in a mount namespace of its own, with an empty /usr/local and a copy of /etc.
in_clean_usr_local()
{
    ldconfig -p >"$work/cache-before"
    ! loads '.load lightning' || fail 'the test cannot tell: .load lightning works before install'
    build install >"$work/log"
    [ "$(told "$work/log")" = '.load lightning' ] || fail "says $(cat "$work/log")"
    loads '.load lightning' || fail '.load lightning does not work'
    [ "$(cd / && PATH=/usr/local/bin command -v lightning)" = /usr/local/bin/lightning ] ||
        fail 'there is no /usr/local/bin/lightning'
    build uninstall
    [ -z "$(files_below /usr/local)" ] || fail "uninstall left $(files_below /usr/local)"
    ldconfig -p | diff "$work/cache-before" - || fail 'the cache of the loader is not as before'
    ! loads '.load lightning' || fail '.load lightning works after uninstall'
}

PATH=$PATH:/usr/sbin:/sbin
if [ "${1:-}" = in_clean_usr_local ]; then
    cp -a /etc "$work/etc" 2>/dev/null || true # some of it is not for everybody to read
    mount --bind "$work/etc" /etc
    mount -t tmpfs none /usr/local
    mount -t tmpfs none /var/cache/ldconfig
    ldconfig # the cache of the machine, without what its own /usr/local has
    in_clean_usr_local
    umount /etc
    exit 0
fi

in_staging
in_own_prefix
echo 'install: into DESTDIR and below a PREFIX: passed'

if [ "$(id -u)" = 0 ]; then
    private='unshare --mount'
else
    private='unshare --map-root-user --mount'
fi
if $private mount -t tmpfs none /usr/local 2>/dev/null; then
    $private "$0" in_clean_usr_local
    echo 'install: into a clean /usr/local: passed'
else
    echo 'skipped: install into a clean /usr/local: unshare or mount is not possible here'
fi
