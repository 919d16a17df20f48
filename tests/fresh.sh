#!/bin/sh
# fresh.sh -- `make demo` and `make test` in an empty Debian 12 that got `apt-get install make` and
# nothing else; then make install there. Takes some minutes, root and the network.
#
# usage: tests/fresh.sh
#
# KEEP     when set, the system is kept afterwards, to look into
# TMPDIR   where it is made (default: /tmp); needs 1 GB
#
# Packages come from where this machine gets its own: mirror, proxy and the like are read from its
# apt when this runs.
set -eu
cd "$(dirname "$0")/.."
release=bookworm

if [ "$(id -u)" != 0 ]; then
    echo 'fresh: this has to be run as root' >&2
    exit 1
fi

if [ "${1:-}" != inside ]; then
    root=$(mktemp -d "${TMPDIR:-/tmp}/lightning-fresh.XXXXXX")
    if [ -n "${KEEP:-}" ]; then
        trap 'echo "fresh: kept $root"' EXIT
    else
        trap 'rm -rf --one-file-system "$root"' EXIT
    fi
    trap 'exit 1' INT TERM
    # The mounts below are seen by this process alone, and end with it.
    unshare --mount "$0" inside "$root"
    exit 0
fi
root=$2
chmod 755 "$root" # apt works as a user of its own

# A line of sources.list for each source of Debian itself.
# shellcheck disable=SC2016 # apt expands these
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' | grep -E " $release(-updates|-security)? main\$" | sort -u)
mirror=$(echo "$sources" | awk -v release="$release" '$3 == release { print $2; exit }')
if [ -z "$mirror" ]; then
    echo "fresh: the apt of this machine knows no source of Debian $release" >&2
    exit 1
fi
case $mirror in
https:*) debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$mirror" ;;
*) debootstrap --variant=minbase "$release" "$root" "$mirror" ;;
esac >"$root.log" 2>&1 || {
    tail -n 20 "$root.log"
    exit 1
}
rm -f "$root.log"
echo "$sources" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Retries|Check)' \
    >"$root/etc/apt/apt.conf.d/99host" || true
cp /etc/hosts /etc/resolv.conf "$root/etc/"

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

# What a clone would have: the files that git knows, and those that it would add.
mkdir "$root/lightning"
git -c safe.directory='*' ls-files -co --exclude-standard -z |
    tar c --null --files-from=- --ignore-failed-read | tar x -C "$root/lightning"

inside()
{
    echo "fresh: $*"
    chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LC_ALL=C.UTF-8 ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} sh -c "cd /lightning && $*"
}

inside 'apt-get -q update && apt-get -q install -y make'
inside 'make demo'
inside 'make test'
inside 'make install'
inside "sqlite3 :memory: -cmd '.load lightning' 'SELECT lightning_version()'"
inside 'make uninstall'
echo 'fresh: passed'
