package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * One look at what DNS knows of a headless Service: SRV records for a named port, which
 * tell the port of each pod, and addresses for a number. Names are fully qualified: no
 * search list is gone through. See the
 * <a href="https://github.com/kubernetes/dns/blob/master/docs/specification.md">DNS
 * specification</a> of Kubernetes.
 */
final class DnsLookup {

	// of pods whose addresses did not come along; the rest waits its turn
	private static final int AT_ONCE = 16;

	private static final Logger logger = LoggerFactory.getLogger(DnsLookup.class);

	private final AtomicBoolean warned = new AtomicBoolean();

	private final Name host;

	private final KubernetesTarget.Port port;

	private final int[] types;

	private final boolean strict;

	private final BiFunction<Name, Integer, CompletableFuture<Message>> dns;

	/**
	 * Create.
	 * @param host the name of the Service with the cluster's domain
	 * @param port the port; none is the one named {@code grpc}
	 * @param family the family whose addresses are asked for first
	 * @param strict whether the other family is never asked for
	 * @param dns asks DNS for a name and a type
	 */
	DnsLookup(String host, KubernetesTarget.Port port, IpFamily family, boolean strict,
			BiFunction<Name, Integer, CompletableFuture<Message>> dns) {
		this.host = name(host);
		this.port = port;
		this.strict = strict && family != IpFamily.AUTO;
		this.types = (family == IpFamily.IPV6) ? new int[] { Type.AAAA, Type.A } : new int[] { Type.A, Type.AAAA };
		this.dns = dns;
	}

	/**
	 * What is asked, for messages.
	 */
	String question() {
		return (this.port.number() > 0) ? Type.string(this.types[0]) + " " + this.host : "SRV " + service();
	}

	/**
	 * Look.
	 * @return the answer, completes exceptionally if DNS gives none
	 */
	CompletableFuture<DnsAnswer> look() {
		if (this.port.number() > 0) {
			return addresses(this.host).thenApply((found) -> DnsAnswer.of("",
					found.stream().map((address) -> new DnsAnswer.Pod(address, this.port.number(), null)).toList()));
		}
		return this.dns.apply(service(), Type.SRV).thenCompose(this::pods);
	}

	private Name service() {
		return name("_" + portName() + "._tcp." + this.host);
	}

	private String portName() {
		return (this.port.name() != null) ? this.port.name() : "grpc";
	}

	private CompletableFuture<DnsAnswer> pods(Message message) {
		Map<Name, List<InetAddress>> additional = new LinkedHashMap<>();
		for (Record record : message.getSection(Section.ADDITIONAL)) {
			InetAddress address = address(record);
			if (address != null) {
				additional.computeIfAbsent(record.getName(), (name) -> new ArrayList<>()).add(address);
			}
		}
		List<SRVRecord> services = message.getSection(Section.ANSWER)
			.stream()
			.filter(SRVRecord.class::isInstance)
			.map(SRVRecord.class::cast)
			.toList();
		warnOfVirtualAddress(services);
		List<Name> missing = services.stream()
			.map(SRVRecord::getTarget)
			.filter((target) -> !additional.containsKey(target))
			.distinct()
			.toList();
		return complete(missing, additional).thenApply((known) -> {
			List<DnsAnswer.Pod> pods = new ArrayList<>();
			for (SRVRecord service : services) {
				for (InetAddress address : known.getOrDefault(service.getTarget(), List.of())) {
					pods.add(new DnsAnswer.Pod(address, service.getPort(), pod(service.getTarget())));
				}
			}
			return DnsAnswer.of(portName(), pods);
		});
	}

	private void warnOfVirtualAddress(List<SRVRecord> services) {
		boolean virtual = services.stream().anyMatch((service) -> service.getTarget().equals(this.host));
		if (virtual && this.warned.compareAndSet(false, true)) {
			logger.warn(
					"Service {} is not headless: DNS tells its one address and not those of its pods, so all calls of a connection go to one pod; set clusterIP: None",
					this.host);
		}
	}

	private CompletableFuture<Map<Name, List<InetAddress>>> complete(List<Name> missing,
			Map<Name, List<InetAddress>> known) {
		if (missing.isEmpty()) {
			return CompletableFuture.completedFuture(known);
		}
		List<Name> now = missing.subList(0, Math.min(AT_ONCE, missing.size()));
		Map<Name, CompletableFuture<List<InetAddress>>> asked = new LinkedHashMap<>();
		now.forEach((target) -> asked.put(target, addresses(target)));
		return all(asked.values()).thenCompose((done) -> {
			asked.forEach((target, found) -> known.put(target, found.join()));
			return complete(missing.subList(now.size(), missing.size()), known);
		});
	}

	private static CompletableFuture<Void> all(Collection<? extends CompletableFuture<?>> futures) {
		return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
	}

	/**
	 * The addresses of a name, of the other family only if there are none of the first.
	 */
	private CompletableFuture<List<InetAddress>> addresses(Name name) {
		return addresses(name, this.types[0]).thenCompose((found) -> (found.isEmpty() && !this.strict)
				? addresses(name, this.types[1]) : CompletableFuture.completedFuture(found));
	}

	private CompletableFuture<List<InetAddress>> addresses(Name name, int type) {
		return this.dns.apply(name, type).thenApply((message) -> {
			List<InetAddress> addresses = new ArrayList<>();
			for (Record record : message.getSection(Section.ANSWER)) {
				InetAddress address = address(record);
				if (address != null) {
					addresses.add(address);
				}
			}
			return addresses;
		});
	}

	private static @Nullable InetAddress address(Record record) {
		return (record instanceof ARecord four) ? four.getAddress()
				: (record instanceof AAAARecord six) ? six.getAddress() : null;
	}

	/**
	 * A pod with a host name has that as its first label, others their address with
	 * dashes or a hexadecimal number.
	 */
	private @Nullable String pod(Name target) {
		String label = target.getLabelString(0);
		boolean told = target.subdomain(this.host) && !target.equals(this.host) && label.matches(".*[g-z].*");
		return told ? label : null;
	}

	private static Name name(String text) {
		try {
			return Name.fromString(text.endsWith(".") ? text : text + ".");
		}
		catch (TextParseException ex) {
			throw new IllegalArgumentException("'" + text + "' is not a DNS name", ex);
		}
	}

}
