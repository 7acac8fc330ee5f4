#!/usr/bin/env bash
# Installs the foreign programs of the rig: Pure Data, JACK, FluidSynth with a sound font, and OSC tools for the hand.
# Where that cannot be done it says so in one line and succeeds: the rig's tests are then skipped.
set -uo pipefail

PACKAGES=(puredata-core jackd2 liblo-tools fluidsynth fluid-soundfont-gm)
TIMEOUT_S=300

missing=()
for package in "${PACKAGES[@]}"; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

give_up() {
	echo "rig: $1; install by hand: ${missing[*]}"
	exit 0
}

command -v apt-get >/dev/null || give_up "there is no apt-get here"
if [ "$(id -u)" -eq 0 ]; then
	as_root=()
elif sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
else
	give_up "this user may not install"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout "$TIMEOUT_S" \
		apt-get -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=60 "$@" >"$log" 2>&1
}
echo "rig: installing ${missing[*]}"
# What is known of packages may be old or none, so a failure is tried once more with news.
install=(install -y --no-install-recommends "${missing[@]}")
apt "${install[@]}" || { apt update && apt "${install[@]}"; } || { tail -3 "$log"; give_up "apt-get failed"; }
