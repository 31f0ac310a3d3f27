package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import io.github.grpck8s.discovery.Slice.SlicePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is read of a slice, and what is skipped.
 */
class SliceParserTests {

	private final DiscoveryCounters counters = new DiscoveryCounters();

	@Test
	void r14_nilConditionsAreReadyServingAndNotTerminating() {
		assertThat(endpoint("{'addresses':['10.0.0.1']}")).satisfies((data) -> assertThat(data.isReady()).isTrue(),
				(data) -> assertThat(data.serving()).isTrue(), (data) -> assertThat(data.terminating()).isFalse());
		assertThat(endpoint("{'addresses':['10.0.0.1'],'conditions':{'ready':null,'serving':null,'terminating':null}}")
			.isReady()).isTrue();
		assertThat(endpoint("{'addresses':['10.0.0.1'],'conditions':{'ready':false,'terminating':true}}").isDraining())
			.isTrue();
	}

	@Test
	void r18_onlyTheFirstAddressCounts() {
		assertThat(parse("[{'addresses':['10.0.0.1','10.0.0.2']}]").endpoints).hasSize(1);
		assertThat(this.counters.extraAddressCount()).isEqualTo(1);
	}

	@Test
	void r19_slicesOfNamesAreIgnored() {
		assertThat(parse("FQDN", "[{'addresses':['a.example']}]", "[]")).isNull();
	}

	@Test
	void r24_portsThatCannotBeUsedAreSkipped() {
		Slice slice = parse("IPv4", "[]",
				"[{'name':'a'},{'name':'b','port':0},{'name':'c','port':1,'protocol':'UDP'},{'name':'d','port':null},{'port':5}]");
		assertThat(slice.ports).containsExactly(new SlicePort("", 5, null));
	}

	@Test
	void r26_whoManagesTheSliceDoesNotMatter() {
		Slice slice = parse(
				"{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'users','endpointslice.kubernetes.io/managed-by':'me'}},'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1']}]}");
		assertThat(slice.endpoints).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "[]", "'x'", "{'metadata':{'name':'a'},'addressType':'IPv4'}",
			"{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'orders'}},'addressType':'IPv4'}",
			"{'metadata':{'labels':{'kubernetes.io/service-name':'users'}},'addressType':'IPv4'}",
			"{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'users'}}}",
			"{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'users'}},'addressType':7}" })
	void r51_malformedObjectIsSkippedAndCounted(String json) {
		assertThat(parse(json)).isNull();
		assertThat(this.counters.malformedCount()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{'addresses':[]}", "{'addresses':null}", "{'addresses':['localhost']}",
			"{'addresses':['fd00::1']}", "{'addresses':['10.0.0.256']}", "{'addresses':[7]}", "null" })
	void r51_malformedEndpointIsSkippedAndCounted(String json) {
		assertThat(parse("[" + json + ",{'addresses':['10.0.0.1']}]").endpoints).hasSize(1);
		assertThat(this.counters.malformedCount()).isEqualTo(1);
	}

	@Test
	void r51_nullEndpointsUnknownFieldsAndZonesOfAddressesAreTaken() {
		assertThat(parse("null").endpoints).isEmpty();
		assertThat(
				parse("[{'addresses':['10.0.0.1'],'new':{'x':[1]},'hints':{'forZones':[{'name':'z'},{}]}}]").endpoints)
			.singleElement()
			.satisfies((endpoint) -> assertThat(endpoint.data.forZones()).containsExactly("z"));
		assertThat(parse("IPv6", "[{'addresses':['fe80::1%nowhere']},{'addresses':['fd00::1']}]", "[]").endpoints)
			.hasSize(1);
	}

	private EndpointData endpoint(String json) {
		return parse("[" + json + "]").endpoints.get(0).data;
	}

	@SuppressWarnings("NullAway") // a test that gets null here fails
	private Slice parse(String type, String endpoints, String ports) {
		return parse("{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'users'}},'addressType':'" + type
				+ "','endpoints':" + endpoints + ",'ports':" + ports + "}");
	}

	@SuppressWarnings("NullAway") // a test that gets null here fails, or expects it
	private Slice parse(String json) {
		String object = json.startsWith("[{") || json.startsWith("[null") || json.equals("null")
				? "{'metadata':{'name':'a','labels':{'kubernetes.io/service-name':'users'}},'addressType':'IPv4','endpoints':"
						+ json + ",'ports':[]}"
				: json;
		try {
			return new SliceParser(Slices.USERS, this.counters)
				.parse(JsonTree.read(object.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
