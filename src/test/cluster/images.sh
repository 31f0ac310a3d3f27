#!/usr/bin/env bash
# images.sh system: pause, CoreDNS and the client in Go. images.sh receivers: what takes traces and metrics. images.sh app:
# the example, by the Dockerfile of the project, from two base images made of this machine's JDK and libraries. All as
# archives in the cache, without a registry or a daemon. images.sh sizes: how many bytes that image has, and how many it
# would have without stages.
. "$(dirname "$0")/lib.sh"
# In a mount namespace of its own: what is mounted while an image is built goes with the process, however it ends.
[ -n "${IN_MOUNTS:-}" ] || IN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
mkdir -p "$TARS" "$CACHE/containers"
exec 8>"$TARS/.$1.lock"
flock 8

# The store has no other user; vfs, because what runs here may lie on an overlay itself.
build() { # reference, archive, build arguments…
	local reference=$1 archive=$2
	shift 2
	b bud --layers --isolation chroot --format docker -t "$reference" "$@" >"$archive.log" 2>&1 || {
		tail -40 "$archive.log" >&2
		die "could not build $reference; all of it is in $archive.log"
	}
	rm -f "$archive.new"
	b push -q "$reference" "docker-archive:$archive.new:$reference"
	mv "$archive.new" "$archive"
}
b() {
	local command=$1
	shift
	buildah --root "$CACHE/containers" --runroot "$CACHE/containers/run" --storage-driver "${GRPC_K8S_STORAGE:-overlay}" \
		"$command" "$@" 8>&-
}

# static REFERENCE ARCHIVE PROGRAM USER: an image of one static program
static() {
	local name root
	name=$(basename "$3")
	[ ! "$2" -nt "$3" ] || return 0
	root=$(mktemp -d)
	cp "$3" "$root/"
	printf 'FROM scratch\nCOPY %s /\nUSER %s\nENTRYPOINT ["/%s"]\n' "$name" "$4" "$name" >"$root/Dockerfile"
	build "$1" "$2" "$root"
	rm -rf "$root"
}

system() {
	[ "$BIN/pause" -nt "$HERE/pause.c" ] || gcc -static -O2 -o "$BIN/pause" "$HERE/pause.c"
	static registry.local/pause:1 "$TARS/pause.tar" "$BIN/pause" 65535
	static registry.local/coredns:1 "$TARS/coredns.tar" "$BIN/coredns" 65532
	static registry.local/caller:1 "$TARS/caller.tar" "$BIN/caller" 65532
}

# into ROOT FILE…: files and folders with the libraries that they are linked to, at their places
into() {
	local root=$1 file folder
	shift
	for folder in bin sbin lib lib64; do # /bin is /usr/bin, where it is so here
		if [ -L "/$folder" ]; then
			mkdir -p "$root/usr/$folder"
			ln -sfn "usr/$folder" "$root/$folder"
		fi
	done
	for file in "$@"; do
		find "$file" -type f \( -perm /111 -o -name '*.so*' \) -exec ldd {} + 2>/dev/null |
			grep -oE '/[^ ]+\.so[^ ]*' || true
		printf '%s\n' "$file"
	done | grep -v ':$' | sort -u >"$root.list"
	# as files, not as links: a library's place is the one that the loader looks in
	tar -chf - -C / --exclude='*/jmods' --exclude='*/src.zip' --exclude='*/man' --exclude='*/docs' --exclude='*/demo' \
		--exclude='*/classlist' --exclude='*.jsa.*' -T "$root.list" 2>/dev/null | tar -xf - --keep-directory-symlink -C "$root"
	rm "$root.list"
}

receivers() {
	static registry.local/otelcol:1 "$TARS/otelcol.tar" "$BIN/otelcol" 65532
	static registry.local/jaeger:1 "$TARS/jaeger.tar" "$BIN/jaeger" 65532
	local prometheus root
	prometheus=$(type -P prometheus)
	[ ! "$TARS/prometheus.tar" -nt "$prometheus" ] || return 0
	root=$(mktemp -d)
	into "$root" "$prometheus"
	printf 'FROM scratch\nCOPY . /\nUSER 65532\nENTRYPOINT ["%s"]\n' "$prometheus" >"$root.dockerfile"
	build registry.local/prometheus:1 "$TARS/prometheus.tar" -f "$root.dockerfile" "$root"
	rm -rf "$root" "$root.dockerfile"
}

# base REFERENCE FILE…: a base image with the JDK at hand
base() {
	local reference=$1 root jdk tools libraries
	shift
	b inspect --type image "$reference" >/dev/null 2>&1 && return
	jdk=$(dirname "$(dirname "$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")")")
	say "making the base image $reference of $jdk"
	root=$(mktemp -d)
	mapfile -t tools < <([ $# = 0 ] || type -P "$@")
	# the parts of the C library that natives in jars are linked to
	mapfile -t libraries < <(ldconfig -p | sed -nE 's/^\s*lib(c|m|dl|rt|util|pthread|resolv|crypt|gcc_s|stdc\+\+|nss_files|nss_dns)\.so\.[0-9]+ \(libc6[^)]*\) => //p')
	into "$root" "$jdk" "${tools[@]}" "${libraries[@]}"
	mkdir -p "$root/tmp" "$root/root" "$root/etc"
	chmod 1777 "$root/tmp"
	printf 'root:x:0:0::/root:/bin/sh\nnonroot:x:65532:65532::/tmp:/\n' >"$root/etc/passwd"
	printf 'FROM scratch\nCOPY . /\nENV JAVA_HOME=%s PATH=%s/bin:/usr/bin:/bin\n' "$jdk" "$jdk" >"$root.dockerfile"
	b bud -q --format docker -t "$reference" -f "$root.dockerfile" "$root" >/dev/null
	rm -rf "$root" "$root.dockerfile"
}

# example REFERENCE ARCHIVE OPTION…: the example by the Dockerfile of the project
example() {
	local jdk m2=$HOME/.m2 made reference=$1 archive=$2
	shift 2
	# layers of builds long ago
	if [ "$(du -sm "$CACHE/containers" | cut -f1)" -gt 10000 ]; then b rmi -a -f >/dev/null; fi
	jdk=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.vm.version = \([0-9.]*\).*/\1/p')
	made=$jdk-$(sha256sum "$HERE/images.sh" | cut -c1-8)
	base "localhost/runtime:$made"
	base "localhost/build:$made" sh cat cp chmod date dirname basename env expr find grep head ls ln mkdir mktemp mv printf \
		readlink rm sed sleep sort tar touch tr uname unzip wc xargs
	say "building $reference with the project's Dockerfile"
	mkdir -p "$m2"
	# this machine's Maven repository, so that nothing comes over the wire a second time
	build "$reference" "$archive" --build-arg "BUILD_IMAGE=localhost/build:$made" \
		--build-arg "RUNTIME_IMAGE=localhost/runtime:$made" -v "$m2:/root/.m2:rw" -f "$HOUSE/Dockerfile" "$@" "$HOUSE"
	say "built $reference, $(($(stat -c %s "$archive") / 1048576)) MB"
}

app() { example "$IMAGE" "$TARS/app.tar"; }

# The stage in which the example is built has a JDK, the sources and the application: an image that ends there.
sizes() {
	example localhost/one-stage "$TARS/one-stage.tar" --target build
	example localhost/stages "$TARS/stages.tar"
	for archive in one-stage stages; do
		echo "$archive $(stat -c %s "$TARS/$archive.tar")"
		rm "$TARS/$archive.tar" "$TARS/$archive.tar.log"
	done
}

"$1"
