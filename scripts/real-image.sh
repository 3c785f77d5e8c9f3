#!/bin/bash
# Builds a real Debian image in three layers, saves it in every form that we read, and writes down what the package
# managers and the kernel's own tools say is in it. For test/real and bench; root, network and Debian's packages
# debootstrap, buildah, skopeo, libcap2-bin, zstd and npm are needed. Takes about two minutes and 600 MB.
#
#   bash scripts/real-image.sh FOLDER
#
# FOLDER/docker.tar  docker.tar.gz  oci/  oci.tar  oci-zstd/    the image, five times
# FOLDER/truth/      what is in it, by the tools' own words
# FOLDER/done        fingerprint of this script: the folder is whole, and a second run ends at once
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
to=${1:?usage: real-image.sh FOLDER}
mkdir -p "$to"
to=$(realpath "$to")
print=$(sha256sum "$0" | cut -d' ' -f1)
[ "$(cat "$to/done" 2>/dev/null)" = "$print" ] && exit 0

exec 9>"$to/lock"
flock 9
[ "$(cat "$to/done" 2>/dev/null)" = "$print" ] && exit 0
work=$to/work
finish() {
  [ -d "$work" ] || return 0
  buildah "${store[@]}" unmount --all >/dev/null 2>&1 || true
  # A mount that is left over must not be removed through.
  awk -v w="$work/" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
  rm -rf --one-file-system "$work"
}
store=(--root "$work/store" --runroot "$work/run" --storage-driver vfs)
finish
rm -rf "$to/done" "$to/truth" "$to"/docker.tar* "$to"/oci*
mkdir -p "$work" "$to/truth"
trap finish EXIT
# overlay writes opaque directories, vfs a whiteout for each name; both are right, and overlay is quicker.
mkdir "$work"/{lower,upper,scratch,merged}
if mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/scratch" "$work/merged" 2>/dev/null; then
  umount "$work/merged"
  store[5]=overlay
fi
b() { buildah "${store[@]}" "$@"; }
say() { echo "real-image: $* (${SECONDS}s)" >&2; }

# ---- layer 0: Debian, with its own Python packages
mirror=${PLIMSOLL_REAL_MIRROR:-$(. /etc/os-release
  [ "$ID" = debian ] && sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\?\(http[^ ]*\) bookworm main.*/\2/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -1 || true)}
mirror=${mirror:-http://deb.debian.org/debian}
box=$(b from --name plimsoll-real scratch)
root=$(b mount "$box")
debootstrap --variant=minbase --include=python3-pip,python3-yaml,sudo,libcap2-bin,iputils-ping,ca-certificates,ed,nano \
  bookworm "$root" "$mirror" >"$to/debootstrap.log" 2>&1 || { tail -20 "$to/debootstrap.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/* "$root"/var/log/bootstrap.log \
  "$root"/var/cache/debconf/*-old "$root"/usr/share/{doc,man,locale,info}/*
say debootstrap

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C PYTHONDONTWRITEBYTECODE=1 "$@"; }
# The host's certificates and index are lent, never kept in a layer.
pip() {
  cp "${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}" "$root/tmp/ca.crt"
  inside PIP_CERT=/tmp/ca.crt ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} ${https_proxy:+https_proxy="$https_proxy"} \
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_RETRIES=5 \
    python3 -m pip "$@"
  rm "$root/tmp/ca.crt"
}
npm() { command npm --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error --cache "$work/npm" "$@" >/dev/null; }
layer() { # name, instruction: what is in the container so far becomes a layer, and the next one begins
  b config --history-comment real --created-by "$2" "$box"
  b commit -q --omit-timestamp "$box" "$1" >/dev/null
  b rm "$box" >/dev/null
  box=$(b from --pull-never --name plimsoll-real "localhost/$1")
  root=$(b mount "$box")
  say "layer $1"
}
layer real-0 'RUN debootstrap'

# ---- layer 1: packages of pip and npm, accounts, and files that rules are about
pip install -q six==1.15.0 click==8.1.7 itsdangerous==2.1.2 markupsafe==2.1.5 requests==2.31.0 toml==0.10.2
inside python3 -m venv --without-pip /opt/venv
pip --python /opt/venv/bin/python install -q idna==3.6 toolz==0.12.0
mkdir -p "$root/app"
echo '{"name":"acme","version":"1.2.3","private":true,"dependencies":{"express":"4.18.2","lodash":"4.17.20","semver":"7.5.4","old-semver":"npm:semver@6.3.0","@sindresorhus/is":"6.1.0","rimraf":"5.0.5"}}' >"$root/app/package.json"
(cd "$root/app" && npm install --install-strategy=hoisted)
npm install -g --prefix "$root/usr/local" nopt@7.2.0
inside useradd -m -u 1000 app
inside useradd -r -s /usr/sbin/nologin -u 900 daemon2
inside useradd -o -u 0 -g 0 -M toor
printf 'app ALL=(ALL) NOPASSWD: /usr/bin/id\n%%sudo ALL=(ALL:ALL) ALL\n' >"$root/etc/sudoers.d/app"
chmod 440 "$root/etc/sudoers.d/app"
mkdir -p "$root"/opt/{opaque/deep,shared,type-file,gone} "$root/srv"
for i in 1 2 3 4 5; do echo "$i" >"$root/opt/opaque/deep/$i"; done
install -m 4755 "$root/bin/true" "$root/opt/suid"
install -m 4755 "$root/bin/true" "$root/opt/suid-cleared"
install -m 2755 -g 8 "$root/bin/true" "$root/opt/gone/sgid"
ln "$root/opt/suid" "$root/opt/suid-second-name"
install -m 755 "$root/bin/true" "$root/opt/bind"
setcap cap_net_bind_service,cap_sys_chroot+ep "$root/opt/bind"
install -m 755 "$root/bin/true" "$root/opt/raw"
setcap cap_net_raw+p "$root/opt/raw"
install -m 755 "$root/bin/true" "$root/opt/raw-cleared"
setcap cap_net_raw+ep "$root/opt/raw-cleared"
touch "$root/opt/shared/ww" "$root/opt/shared/tight" && chmod 666 "$root"/opt/shared/*
mkdir -m 777 "$root/opt/shared/ww-folder" && mkdir -m 1777 "$root/opt/shared/ww-sticky"
echo was-a-file >"$root/opt/type"
echo in >"$root/opt/type-file/in"
ln -s shared "$root/opt/link-to-folder"
echo first >"$root/opt/hard-a" && ln "$root/opt/hard-a" "$root/opt/hard-b"
layer real-1 'RUN pip install, npm install, useradd'

# ---- layer 2: deletes and overwrites what the layers below brought
inside dpkg --purge ed >/dev/null 2>&1
printf '# kept so that the package stays in state config-files\n' >>"$root/etc/nanorc"
inside dpkg --remove nano >/dev/null 2>&1
pip uninstall -q -y toml itsdangerous
pip install -q --upgrade six==1.16.0 click==8.1.8
rm -r "$root/opt/venv/lib/python3.11/site-packages"/toolz*
(cd "$root/app" && npm uninstall rimraf && npm install --save-exact semver@7.6.3)
rm -r "$root/app/node_modules/lodash"
rm -r "$root/opt/opaque" && mkdir -p "$root/opt/opaque/deep" && echo new >"$root/opt/opaque/deep/6"
rm -r "$root/opt/gone"
rm "$root/opt/type" && mkdir "$root/opt/type" && echo now-a-folder >"$root/opt/type/in"
rm -r "$root/opt/type-file" && echo now-a-file >"$root/opt/type-file"
rm "$root/opt/link-to-folder" && mkdir "$root/opt/link-to-folder" && touch "$root/opt/link-to-folder/own"
chmod u-s "$root/opt/suid-cleared"
setcap -r "$root/opt/raw-cleared"
chmod 644 "$root/opt/shared/tight"
rm "$root/opt/hard-a" && echo second >"$root/opt/hard-a"
sed -i '/^toor:/d; s#^app:\([^:]*\):1000:#app:\1:1234:#' "$root/etc/passwd"
sed -i '/^toor:/d; s#^app:[^:]*:#app::#' "$root/etc/shadow"
chown -R 1234 "$root/home/app"
rm -rf "$root"/root/.cache "$root"/tmp/*
b config --user app --cmd '["node","/app/index.js"]' --env NODE_ENV=production --port 8080/tcp --label org.example.team=harbour "$box"
b config --history-comment real --created-by 'RUN dpkg --purge, pip uninstall, rm' "$box"
b commit -q --omit-timestamp "$box" real:1 >/dev/null
b rm "$box" >/dev/null
say 'layer real:1'

# ---- what is in it, asked of the finished image
box=$(b from --pull-never --name plimsoll-truth localhost/real:1)
root=$(b mount "$box")
t=$to/truth
# First what is there, before any of the tools can leave something behind.
(cd "$root" && getcap -r . 2>/dev/null | sort) >"$t/getcap"
(cd "$root" && find . -xdev -mindepth 1 -printf '%P\t%y\t%m\t%U\t%G\t%s\t%l\n' | sort) >"$t/find"
(cd "$root" && find . -xdev -type f -print0 | sort -z | xargs -0 sha256sum) >"$t/sha256"
inside dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${db:Status-Status}\t${source:Package}\n' >"$t/dpkg"
for folder in usr/local/lib/python3.11/dist-packages usr/lib/python3/dist-packages opt/venv/lib/python3.11/site-packages; do
  inside python3 -m pip --disable-pip-version-check list --format json --path "/$folder" >"$t/pip.${folder//\//,}.json"
done
# npm ls ends with an error where a package is missing, as one is here.
(cd "$root/app" && command npm ls --all --json --long 2>/dev/null || true) | sed "s#\"$root/#\"#" >"$t/npm.app.json"
(command npm ls -g --prefix "$root/usr/local" --all --json --long 2>/dev/null || true) | sed "s#\"$root/#\"#" >"$t/npm.usr,local.json"
cp "$root/etc/passwd" "$root/etc/group" "$root/etc/shadow" "$t/"
cp "$root/usr/lib/os-release" "$t/"
say truth

# ---- the same image, in every form
b push -q localhost/real:1 "docker-archive:$to/docker.tar:example.org/team/real:1"
skopeo copy -q --dest-compress-format gzip --dest-compress-level 1 "docker-archive:$to/docker.tar" "oci:$to/oci:example.org/team/real:1"
skopeo copy -q --dest-compress-format zstd --dest-compress-level 1 "docker-archive:$to/docker.tar" "oci:$to/oci-zstd:example.org/team/real:1"
skopeo copy -q "oci:$to/oci:example.org/team/real:1" "oci-archive:$to/oci.tar:example.org/team/real:1"
gzip -1 -k "$to/docker.tar"
echo "$print" >"$to/done"
say "done: $(du -sh --exclude=work "$to" | cut -f1)"
