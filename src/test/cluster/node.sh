#!/usr/bin/env bash
# node.sh W I: starts node I in namespaces of its own and returns at once; W/nodeI/up appears when it runs. Called inside
# the cluster's namespaces, by control-plane.sh and by `cluster node-up`.
GRPC_K8S_CLUSTER=$1
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC1091
. "$W/settings"
I=$2 NAME=node$2 IP=$NET.$((10 + $2)) N=$W/node$2 P=$W/pki LOGS=$W/node$2/log
read -ra zones <<<"$ZONES"

if [ -z "${IN_NODE:-}" ]; then
	join "$NAME/daemons"
	mkdir -p "$N"/{log,containerd,kubelet,cni,manifests,podlogs}
	rm -f "$N/up"
	# Of a node that has just died: its leg, and its pods' cgroups, each of which costs a new kubelet seconds.
	ip link del "$NAME" 2>/dev/null || true
	find /sys/fs/cgroup/*/"$CG/$NAME/kubepods" -depth -type d -exec rmdir {} \; 2>/dev/null || true
	IN_NODE=1 setsid unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
		"$HERE/node.sh" "$W" "$I" </dev/null >"$LOGS/node.log" 2>&1 &
	first=$(child $!)
	echo "$first" >"$N/pid"
	ip link add "$NAME" type veth peer name eth0 address "02:00:0a:c8:00:$(printf %02x $((10 + I)))" netns "$first"
	ip link set "$NAME" master lan0 up
	exit 0
fi

# --- network: routes to the other nodes' pods, like a host-gw plugin; what goes elsewhere ends at the bridge
until ip link show eth0 >/dev/null 2>&1; do sleep .05; done
ip link set lo up
ip addr add "$IP/24" dev eth0
ip link set eth0 up
ip route add default via "$API"
for j in $(seq "$NODES"); do [ "$j" = "$I" ] || ip route add "$PODS.$j.0/24" via "$NET.$((10 + j))"; done
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.all.send_redirects=0 || true

# --- mounts: what the daemons write lies in the node; shared propagation for the kubelet's volumes
for d in /run /var/log /var/lib/cni /var/lib/kubelet /usr/libexec/kubernetes /etc/cni; do
	mkdir -p $d
	mount -t tmpfs tmpfs $d
done
mkdir -p /run/containerd /run/lock /run/sys /var/log/containers
# the kubelet sets these for the whole machine: it gets files to write them to
for s in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
	cat "/proc/sys/$s" >"/run/sys/${s##*/}"
	mount --bind "/run/sys/${s##*/}" "/proc/sys/$s"
done
mount --bind "$N/kubelet" "$N/kubelet"
mount --make-rshared "$N/kubelet"

# restrict_oom_score_adj: without CAP_SYS_RESOURCE no container would start
cat >"$N/containerd.toml" <<END
version = 2
root = "$N/containerd/root"
state = "/run/containerd/state"
oom_score = 0
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.local/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$N/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
# no ipMasq: nothing leaves the cluster, and a server must see the pod that calls
cat >"$N/cni/10-bridge.conflist" <<END
{"cniVersion":"1.0.0","name":"pods","plugins":[
 {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","ranges":[[{"subnet":"$PODS.$I.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}],"dataDir":"/run/cni"}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
END
run containerd containerd -c "$N/containerd.toml"
for image in pause coredns caller; do
	imported=$N/containerd/$image.imported
	[ "$imported" -nt "$TARS/$image.tar" ] || {
		until_ok ctr -n k8s.io images import "$TARS/$image.tar"
		touch "$imported"
	}
done

echo "nameserver $API" >"$N/resolv.conf"
cat >"$N/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$CG/$NAME
failCgroupV1: false
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: ["$DNS"]
resolvConf: $N/resolv.conf
tlsCertFile: $P/$NAME-server.crt
tlsPrivateKeyFile: $P/$NAME-server.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $P/ca.crt}}
authorization: {mode: Webhook}
staticPodPath: $N/manifests
volumePluginDir: $N/kubelet/volumeplugins
podLogsDir: $N/podlogs
seccompDefault: true
maxPods: 60
serializeImagePulls: false
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: "100Mi", nodefs.available: "0%", nodefs.inodesFree: "0%", imagefs.available: "0%", imagefs.inodesFree: "0%"}
nodeLeaseDurationSeconds: $GRACE
nodeStatusUpdateFrequency: 4s
nodeStatusReportFrequency: 1m
crashLoopBackOff: {maxContainerRestartPeriod: 10s}
END
cat >"$N/proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $P/proxy.conf}
mode: iptables
clusterCIDR: $PODS.0.0/16
hostnameOverride: $NAME
conntrack: {maxPerCore: 0}
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
END
until_ok curl -sf --cacert "$P/ca.crt" "https://$API:6443/readyz"
run kubelet kubelet --config="$N/kubelet.yaml" --kubeconfig="$P/$NAME.conf" --root-dir="$N/kubelet" \
	--hostname-override="$NAME" --node-ip="$IP" --node-labels="topology.kubernetes.io/zone=${zones[(I - 1) % ${#zones[@]}]}" --v=2
run kube-proxy kube-proxy --config="$N/proxy.yaml" --v=2
for port in 10248 10256; do until_ok curl -sf "http://127.0.0.1:$port/healthz"; done
touch "$N/up"
exec sleep infinity
