package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.grpck8s.EndpointAttributes;
import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.github.grpck8s.discovery.LiveDiscovery.Channel;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakePort;
import io.github.grpck8s.test.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.grpck8s.discovery.LiveDiscovery.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Pods found through DNS: the finished resolver in front of DNS servers over real UDP and
 * TCP.
 */
class DnsDiscoveryTests {

	private static final Duration INTERVAL = Duration.ofMillis(100);

	private static final String SERVICE = "SRV _grpc._tcp." + FakeDns.HOST;

	private final LiveDiscovery live = new LiveDiscovery();

	private final FakeDns dns = FakeDns.start();

	private final FakeDns second = FakeDns.start();

	@AfterEach
	void close() {
		this.live.close();
		this.dns.close();
		this.second.close();
	}

	@Test
	void namedPortIsWhatServiceRecordsSayOfEachPod() {
		this.dns.pods("10.0.0.2", "users-0=10.0.0.1:9091");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1:9091 10.0.0.2");
		assertThat(channel.groups.get(0).get(0).getAttributes().get(EndpointAttributes.POD)).isEqualTo("users-0");
		assertThat(channel.groups.get(0).get(1).getAttributes().get(EndpointAttributes.POD)).isNull();
		assertThat(this.dns.questions).as("addresses came along").containsOnly(SERVICE);
	}

	@Test
	void addressesThatDidNotComeAlongAreAskedFor() {
		String[] pods = IntStream.rangeClosed(10, 49).mapToObj((i) -> "10.0.0." + i).toArray(String[]::new);
		this.dns.pods(pods);
		this.dns.additional = false;
		use(this.dns);
		this.live.channel("k8s-dns:///users.shop:grpc").awaits(String.join(" ", pods));
		assertThat(this.dns.asked("A 10-0-0-10.")).isPositive();
		assertThat(this.dns.asked("AAAA ")).isZero();
	}

	@Test
	void withoutAPortTheOneNamedGrpcIsMeant() {
		this.dns.pods("10.0.0.1");
		use(this.dns);
		this.live.channel("k8s-dns:///users.shop").awaits("10.0.0.1");
	}

	@Test
	void numberIsThePodsPortAndOnlyAddressesAreAskedFor() {
		this.dns.pods("10.0.0.1", "10.0.0.2");
		use(this.dns);
		this.live.channel("k8s-dns:///users.shop:9090").awaits("10.0.0.1 10.0.0.2");
		assertThat(this.dns.questions).containsOnly("A " + FakeDns.HOST);
	}

	@Test
	void r20_otherFamilyIsAskedForOnlyWhereTheFirstHasNothing() {
		this.dns.pods("fd00::1");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:9090");
		channel.awaits("[fd00:0:0:0:0:0:0:1]");
		assertThat(this.dns.asked("AAAA")).isPositive();
		this.dns.pods("fd00::1", "10.0.0.1");
		channel.awaits("10.0.0.1");
	}

	@Test
	void changesAreSeenThoughTheJvmWouldKeepTheAnswer() {
		this.dns.pods("10.0.0.1");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1");
		this.dns.pods("10.0.0.1", "10.0.0.2");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.dns.pods("10.0.0.2");
		channel.awaits("10.0.0.2");
		assertThat(channel.texts).hasSize(3);
	}

	@Test
	void r57_sameAnswerInAnotherOrderIsNotTold() {
		this.dns.pods("10.0.0.1", "10.0.0.2");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.dns.pods("10.0.0.2", "10.0.0.1");
		awaitQuestions(this.dns, 3);
		assertThat(channel.texts).hasSize(1);
	}

	@Test
	void serverThatSaysNothingIsPassedOverAndNotAskedFirstAgain() {
		this.dns.silent = true;
		this.second.pods("10.0.0.1");
		use(this.dns, this.second);
		this.live.channel("k8s-dns:///users.shop:grpc").awaits("10.0.0.1");
		awaitQuestions(this.second, 3);
		assertThat(this.dns.questions).hasSize(1);
		this.second.silent = true;
		this.dns.silent = false;
		awaitQuestions(this.dns, 2);
	}

	@Test
	void serverThatFailsIsPassedOver() {
		this.dns.code = Rcode.SERVFAIL;
		this.second.pods("10.0.0.1");
		use(this.dns, this.second);
		this.live.channel("k8s-dns:///users.shop:grpc").awaits("10.0.0.1");
	}

	@Test
	void r39_lastAnswerHoldsWhileNoServerAnswers() {
		this.dns.pods("10.0.0.1");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1");
		this.dns.code = Rcode.SERVFAIL;
		awaitQuestions(this.dns, 4);
		this.dns.code = Rcode.REFUSED;
		awaitQuestions(this.dns, 4);
		this.dns.silent = true;
		awaitQuestions(this.dns, 4);
		assertThat(channel.texts).containsExactly("10.0.0.1");
		this.dns.silent = false;
		this.dns.code = Rcode.NOERROR;
		this.dns.pods("10.0.0.2");
		channel.awaits("10.0.0.2");
	}

	@Test
	void nothingForAMomentIsNotBelieved() {
		this.dns.pods("10.0.0.1");
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1");
		this.dns.code = Rcode.NXDOMAIN;
		awaitQuestions(this.dns, 3);
		this.dns.code = Rcode.NOERROR;
		this.dns.pods("10.0.0.1", "10.0.0.2");
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void nothingForLongIsBelievedAndDescribed() {
		this.dns.pods("10.0.0.1");
		use(Fallback.NONE, Duration.ofMillis(300), this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		channel.awaits("10.0.0.1");
		this.dns.pods();
		channel.awaits("");
		this.dns.pods("10.0.0.2");
		channel.awaits("10.0.0.2");
	}

	@Test
	void nothingFromTheBeginningSaysWhatWasAskedFor() {
		use(this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		LiveDiscovery.awaitTexts(channel, 1);
		assertThat(channel.last()).contains("UNAVAILABLE", "DNS knows no ready pod of shop/users",
				"SRV _grpc._tcp.users.shop.svc.cluster.local.");
		this.dns.pods("10.0.0.1");
		channel.awaits("10.0.0.1");
	}

	@Test
	void r40_silenceFromTheBeginningNamesTheServers() {
		this.dns.silent = true;
		use(Fallback.NONE, Duration.ofSeconds(10), this.dns);
		Channel channel = this.live.channel("k8s-dns:///users.shop:grpc");
		LiveDiscovery.awaitTexts(channel, 1);
		assertThat(channel.last()).contains("UNAVAILABLE", "DNS cannot be asked for the pods of shop/users",
				"127.0.0.1:" + this.dns.address().getPort() + " did not answer within 500 ms");
		this.dns.silent = false;
		this.dns.pods("10.0.0.1");
		channel.awaits("10.0.0.1");
	}

	@Test
	void answerThatWasCutShortIsAskedForOverTcp() {
		String[] pods = IntStream.rangeClosed(10, 99).mapToObj((i) -> "10.0.0." + i).toArray(String[]::new);
		this.dns.pods(pods);
		this.dns.truncating = true;
		use(this.dns);
		this.live.channel("k8s-dns:///users.shop:grpc").awaits(String.join(" ", pods));
		assertThat(this.dns.questions).contains(SERVICE, SERVICE + " tcp");
	}

	@Test
	void serverFromBeforeExtendedDnsIsUnderstood() {
		this.dns.withoutEdns = true;
		this.dns.pods("10.0.0.1");
		use(this.dns);
		this.live.channel("k8s-dns:///users.shop:grpc").awaits("10.0.0.1");
	}

	@Test
	void r48_channelsShareOneQuestion() {
		this.dns.pods("10.0.0.1");
		use(Fallback.NONE, Duration.ofSeconds(10), Duration.ofMinutes(1), this.dns);
		List<Channel> channels = IntStream.range(0, 50)
			.mapToObj((i) -> this.live.channel("k8s-dns:///users.shop:grpc"))
			.toList();
		channels.forEach((channel) -> channel.awaits("10.0.0.1"));
		assertThat(this.dns.questions).hasSize(1);
	}

	@Test
	void clusterDomainIsThatOfTheSearchList() {
		List<Name> list = Stream.of("shop.svc.k8s.example.", "svc.k8s.example.", "k8s.example.", "example.com.")
			.map(Name::fromConstantString)
			.toList();
		assertThat(DnsHub.domain(list)).isEqualTo("k8s.example");
		assertThat(DnsHub.domain(List.of(Name.fromConstantString("example.com.")))).isEqualTo("cluster.local");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void fallbackIsUsedWhileListingIsForbiddenAndNoLonger(CapturedOutput output) {
		this.dns.pods("10.0.0.1", "10.0.0.2");
		this.live.kubernetes.service("shop", "users")
			.ports(FakePort.of("grpc", 9090))
			.add(FakePod.of("a", "10.0.0.1"), FakePod.of("c", "10.0.0.3"));
		Fault forbidden = this.live.kubernetes.inject(Fault.forbidden());
		use(Fallback.DNS, Duration.ofSeconds(10), this.dns);
		Channel channel = this.live.channel("k8s:///users.shop:grpc");
		Channel other = this.live.channel("k8s:///users.shop:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		other.awaits("10.0.0.1 10.0.0.2");
		this.dns.pods("10.0.0.2");
		channel.awaits("10.0.0.2");
		this.live.kubernetes.heal(forbidden);
		channel.awaits("10.0.0.1 10.0.0.3");
		other.awaits("10.0.0.1 10.0.0.3");
		assertThat(channel.texts).as("no error in between").hasSize(3);
		assertThat(output.toString()).containsOnlyOnce("Asking DNS for the pods of shop/users")
			.containsOnlyOnce("DNS is no longer asked")
			.containsOnlyOnce("kind: RoleBinding");
		AtomicInteger asked = new AtomicInteger();
		await().atMost(SOON)
			.pollInterval(INTERVAL.multipliedBy(5))
			.until(() -> asked.getAndSet(this.dns.questions.size()) == this.dns.questions.size());
		this.live.kubernetes.service("shop", "users").add(FakePod.of("d", "10.0.0.4"));
		channel.awaits("10.0.0.1 10.0.0.3 10.0.0.4");
	}

	@Test
	void fallbackIsUsedWhenTheApiServerDoesNotAnswerInTime() {
		this.dns.pods("10.0.0.1");
		this.live.kubernetes.down();
		use(Fallback.DNS, Duration.ofSeconds(10), this.dns);
		this.live.channel("k8s:///users.shop:grpc").awaits("10.0.0.1");
	}

	@Test
	void fallbackThatKnowsNothingEitherLeavesTheRoleInTheMessage() {
		this.dns.silent = true;
		this.live.kubernetes.inject(Fault.forbidden());
		use(Fallback.DNS, Duration.ofSeconds(10), this.dns);
		Channel channel = this.live.channel("k8s:///users.shop:grpc");
		LiveDiscovery.awaitTexts(channel, 1);
		assertThat(channel.last()).contains("kind: RoleBinding", "DNS cannot be asked");
	}

	@Test
	void withoutTheSettingNobodyAsksDns() {
		this.dns.pods("10.0.0.1");
		this.live.kubernetes.inject(Fault.forbidden());
		use(this.dns);
		Channel channel = this.live.channel("k8s:///users.shop:grpc");
		LiveDiscovery.awaitTexts(channel, 1);
		assertThat(channel.last()).contains("kind: RoleBinding");
		assertThat(this.dns.questions).isEmpty();
	}

	private void use(FakeDns... servers) {
		use(Fallback.NONE, Duration.ofSeconds(10), servers);
	}

	private void use(Fallback fallback, Duration hold, FakeDns... servers) {
		use(fallback, hold, INTERVAL, servers);
	}

	private void use(Fallback fallback, Duration hold, Duration interval, FakeDns... servers) {
		List<InetSocketAddress> addresses = Stream.of(servers).map(FakeDns::address).toList();
		this.live.use((settings) -> new DiscoverySettings(null, null, null, settings.ipFamily(), false,
				settings.watchSilence(), settings.linger(), Duration.ofSeconds(2), Map.of(), fallback,
				new DnsSettings(interval, Duration.ofMillis(500), hold, null, addresses), false, false, 0));
	}

	private static void awaitQuestions(FakeDns server, int more) {
		int before = server.questions.size();
		await().atMost(SOON).until(() -> server.questions.size() >= before + more);
	}

}
