package io.github.grpck8s.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MeterTests {

	@Test
	void countsWhatEveryThreadAllocates() throws Exception {
		Meter meter = new Meter();
		meter.begin();
		List<byte[]> kept = new ArrayList<>();
		kept.add(new byte[1_000_000]);
		Latencies latencies = new Latencies(1);
		Thread other = new Thread(() -> {
			kept.add(new byte[3_000_000]);
			latencies.add(5);
			synchronized (kept) {
				try {
					kept.wait();
				}
				catch (InterruptedException ignored) {
					// the end
				}
			}
		});
		other.start();
		while (other.getState() != Thread.State.WAITING) {
			Thread.onSpinWait();
		}
		Usage usage = meter.end(latencies, 0);
		other.interrupt();
		assertThat(usage.bytes()).isBetween(4_000_000L, 6_000_000L);
		assertThat(usage.cpu()).isPositive();
		assertThat(usage.calls()).isOne();
		assertThat(Usage.parse(usage.toString())).isEqualTo(usage);
	}

	@Test
	void percentilesAreThoseOfTheCallsThatWereMade() {
		Latencies latencies = new Latencies(1000);
		for (int i = 100; i > 0; i--) {
			latencies.add(i);
		}
		assertThat(latencies.at(0.5)).isEqualTo(51);
		assertThat(latencies.at(0.99)).isEqualTo(99);
		assertThat(new Latencies(1).at(0.99)).isZero();
	}

}
