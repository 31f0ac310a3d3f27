package io.github.grpck8s.observability;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Counts which server each attempt of one channel went to. Pods come and go, labels must
 * not grow with them: servers that got nothing for a while make room for others, and what
 * is still too many is {@code other}. Safe for use by many threads.
 */
final class Peers {

	/** Far above what a client is connected to. */
	static final int MAX_PEERS = 100;

	static final long FORGOTTEN_AFTER = TimeUnit.MINUTES.toNanos(10);

	/** A look over all of them is not for every call. */
	private static final long SWEEP_EVERY = TimeUnit.MINUTES.toNanos(1);

	private final MeterRegistry registry;

	private final String target;

	private final LongSupplier ticker;

	private final Map<SocketAddress, Peer> peers = new ConcurrentHashMap<>();

	private final AtomicLong sweptAt;

	private volatile @Nullable Peer other;

	Peers(MeterRegistry registry, String target, LongSupplier ticker) {
		this.registry = registry;
		this.target = target;
		this.ticker = ticker;
		this.sweptAt = new AtomicLong(ticker.getAsLong() - SWEEP_EVERY);
	}

	void attempt(SocketAddress address, long now) {
		Peer peer = this.peers.get(address);
		if (peer == null) {
			peer = add(address, now);
		}
		peer.lastAt = now;
		peer.attempts.increment();
	}

	private Peer add(SocketAddress address, long now) {
		if (this.peers.size() >= MAX_PEERS) {
			sweep(now);
		}
		if (this.peers.size() >= MAX_PEERS) {
			Peer other = this.other;
			if (other == null) {
				other = new Peer(counter(BoundedByMethod.OTHER), now);
				this.other = other;
			}
			return other;
		}
		return this.peers.computeIfAbsent(address, (unknown) -> new Peer(counter(name(address)), now));
	}

	private void sweep(long now) {
		long last = this.sweptAt.get();
		if (now - last < SWEEP_EVERY || !this.sweptAt.compareAndSet(last, now)) {
			return;
		}
		this.peers.forEach((address, peer) -> {
			if (now - peer.lastAt > FORGOTTEN_AFTER && this.peers.remove(address, peer)) {
				this.registry.remove(peer.attempts);
			}
		});
	}

	private Counter counter(String peer) {
		return Counter.builder(CallMeter.PEER_ATTEMPTS.meterName())
			.description(CallMeter.PEER_ATTEMPTS.description())
			.tag(CallMeter.TARGET, this.target)
			.tag(CallMeter.PEER, peer)
			.register(this.registry);
	}

	private static String name(SocketAddress address) {
		return (address instanceof InetSocketAddress inet && inet.getAddress() != null)
				? inet.getAddress().getHostAddress() + ":" + inet.getPort() : address.toString();
	}

	private static final class Peer {

		private final Counter attempts;

		private volatile long lastAt;

		Peer(Counter attempts, long now) {
			this.attempts = attempts;
			this.lastAt = now;
		}

	}

}
