#!/usr/bin/env bash
# programs.sh: builds Kubernetes, etcd, CoreDNS, Helm and a client in Go from their Go modules into the cache. About twelve
# minutes on two cores the first time, nothing when they are there. programs.sh receivers: the OpenTelemetry Collector and
# Jaeger, five minutes. The versions are those of programs/*/go.mod, every byte is in go.sum.
. "$(dirname "$0")/lib.sh"
mkdir -p "$BIN"
exec 8>"$BIN/.lock"
flock 8
version() { sed -n "s|^\(require\)\?[[:space:]]*$1 v\([^ ]*\).*|\2|p" "$HERE/programs/$2/go.mod" | head -1; }
export CGO_ENABLED=0 GOFLAGS=-trimpath

build() { # module folder, package, minutes
	local name=$1 package=$2 minutes=$3 stamp started kubernetes x=k8s.io/component-base/version
	stamp=$(cat "$HERE/programs/$name"/* | sha256sum)
	if [ -x "$BIN/$name" ] && [ "$(cat "$BIN/.$name" 2>/dev/null)" = "$stamp" ]; then return; fi
	started=$SECONDS
	kubernetes=$(version k8s.io/kubernetes kube)
	say "building $name from its Go modules (about $minutes minutes on two cores when Go's cache is empty)"
	(
		cd "$HERE/programs/$name"
		go build -ldflags "-s -w -X $x.gitVersion=v$kubernetes -X $x.gitMajor=${kubernetes%%.*} -X $x.gitMinor=$(cut -d. -f2 <<<"$kubernetes") -X $x.gitTreeState=clean" \
			-o "$BIN/$name.new" "$package"
	) 8>&- &
	local building=$!
	while kill -0 $building 2>/dev/null; do
		sleep 1
		[ $(((SECONDS - started) % 30)) != 0 ] || say "  $name: $((SECONDS - started)) s"
	done
	wait $building
	mv "$BIN/$name.new" "$BIN/$name"
	echo "$stamp" >"$BIN/.$name"
	say "built $name in $((SECONDS - started)) s"
}

if [ "${1:-}" = receivers ]; then
	build otelcol . 2
	build jaeger github.com/jaegertracing/jaeger/cmd/all-in-one 3
	exit
fi
build etcd . 1
build kube . 6
build coredns . 2
build caller . 1
build helm helm.sh/helm/v4/cmd/helm 3
build grpc_health_probe github.com/grpc-ecosystem/grpc-health-probe 1
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do ln -sf kube "$BIN/$program"; done
