package io.github.grpck8s.discovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;

/**
 * A DNS server over real UDP and TCP at one port of 127.0.0.1.
 */
final class FakeDns implements AutoCloseable {

	static final String HOST = "users.shop.svc.cluster.local.";

	final List<String> questions = new CopyOnWriteArrayList<>();

	volatile boolean silent;

	volatile boolean truncating;

	volatile boolean additional = true;

	volatile boolean withoutEdns;

	volatile int code = Rcode.NOERROR;

	private final Map<String, List<Record>> records = new ConcurrentHashMap<>();

	private volatile List<Record> along = List.of();

	private final DatagramSocket udp;

	private final ServerSocket tcp;

	private FakeDns(DatagramSocket udp, ServerSocket tcp) {
		this.udp = udp;
		this.tcp = tcp;
		thread(this::datagrams);
		thread(this::connections);
	}

	static FakeDns start() {
		InetAddress address = InetAddress.getLoopbackAddress();
		while (true) {
			try {
				ServerSocket tcp = new ServerSocket(0, 50, address);
				try {
					return new FakeDns(new DatagramSocket(tcp.getLocalPort(), address), tcp);
				}
				catch (IOException taken) {
					// for UDP: another one
					tcp.close();
				}
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	InetSocketAddress address() {
		return (InetSocketAddress) this.udp.getLocalSocketAddress();
	}

	/**
	 * What CoreDNS says of a headless Service with these pods, all with port {@code grpc}
	 * 9090: {@code 10.0.0.1} or {@code users-0=10.0.0.1:9091}.
	 */
	void pods(String... pods) {
		List<Record> services = new ArrayList<>();
		Map<String, List<Record>> known = new LinkedHashMap<>();
		List<Record> addresses = new ArrayList<>();
		for (String pod : pods) {
			String text = pod.substring(pod.indexOf('=') + 1);
			boolean six = text.indexOf(':') != text.lastIndexOf(':');
			String ip = (six || text.indexOf(':') < 0) ? text : text.substring(0, text.indexOf(':'));
			int port = ip.equals(text) ? 9090 : Integer.parseInt(text.substring(ip.length() + 1));
			String label = (pod.indexOf('=') < 0) ? ip.replace('.', '-').replace(':', '-')
					: pod.substring(0, pod.indexOf('='));
			Name target = name(label + "." + HOST);
			services.add(new SRVRecord(name("_grpc._tcp." + HOST), DClass.IN, 5, 0, 100, port, target));
			Record address = address(target, ip);
			addresses.add(address);
			known.computeIfAbsent(key(target.toString(), six ? "AAAA" : "A"), (key) -> new ArrayList<>()).add(address);
			known.computeIfAbsent(key(HOST, six ? "AAAA" : "A"), (key) -> new ArrayList<>())
				.add(address(name(HOST), ip));
		}
		if (pods.length > 0) {
			known.put(key("_grpc._tcp." + HOST, "SRV"), services);
		}
		this.along = addresses;
		this.records.keySet().retainAll(known.keySet());
		this.records.putAll(known);
	}

	long asked(String question) {
		return this.questions.stream().filter((each) -> each.startsWith(question)).count();
	}

	private static String key(String name, String type) {
		return type + " " + name;
	}

	private static Record address(Name name, String ip) {
		InetAddress address = Slices.inet(ip);
		return (address.getAddress().length == 4) ? new ARecord(name, DClass.IN, 5, address)
				: new AAAARecord(name, DClass.IN, 5, address);
	}

	private static Name name(String text) {
		return Name.fromConstantString(text);
	}

	private byte @Nullable [] answer(byte[] query, boolean overTcp) throws IOException {
		Message asked = new Message(query);
		Record question = asked.getQuestion();
		String key = key(question.getName().toString(), org.xbill.DNS.Type.string(question.getType()));
		this.questions.add(key + (overTcp ? " tcp" : ""));
		if (this.silent) {
			return null;
		}
		Message answer = new Message(asked.getHeader().getID());
		answer.getHeader().setFlag(Flags.QR);
		answer.getHeader().setFlag(Flags.AA);
		answer.addRecord(question, Section.QUESTION);
		List<Record> found = this.records.getOrDefault(key, List.of());
		boolean other = this.records.keySet().stream().anyMatch((each) -> each.endsWith(" " + question.getName()));
		answer.getHeader()
			.setRcode((this.code != Rcode.NOERROR) ? this.code : (this.withoutEdns && asked.getOPT() != null)
					? Rcode.FORMERR : (found.isEmpty() && !other) ? Rcode.NXDOMAIN : Rcode.NOERROR);
		if (answer.getRcode() == Rcode.NOERROR && this.truncating && !overTcp) {
			answer.getHeader().setFlag(Flags.TC);
		}
		else if (answer.getRcode() == Rcode.NOERROR) {
			found.forEach((record) -> answer.addRecord(record, Section.ANSWER));
			if (this.additional && key.startsWith("SRV")) {
				this.along.forEach((record) -> answer.addRecord(record, Section.ADDITIONAL));
			}
		}
		byte[] wire = answer.toWire();
		int room = (asked.getOPT() != null) ? asked.getOPT().getPayloadSize() : 512;
		return (overTcp || wire.length <= room) ? wire : cutShort(asked.getHeader().getID(), question);
	}

	/**
	 * What does not fit into a datagram is left out, and the answer says so.
	 */
	private static byte[] cutShort(int id, Record question) {
		Message answer = new Message(id);
		answer.getHeader().setFlag(Flags.QR);
		answer.getHeader().setFlag(Flags.TC);
		answer.addRecord(question, Section.QUESTION);
		return answer.toWire();
	}

	private void datagrams() throws IOException {
		while (true) {
			DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
			this.udp.receive(packet);
			byte[] answer = answer(java.util.Arrays.copyOf(packet.getData(), packet.getLength()), false);
			if (answer != null) {
				this.udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
			}
		}
	}

	private void connections() throws IOException {
		while (true) {
			Socket socket = this.tcp.accept();
			thread(() -> serve(socket));
		}
	}

	private void serve(Socket socket) throws IOException {
		try (socket) {
			DataInputStream in = new DataInputStream(socket.getInputStream());
			DataOutputStream out = new DataOutputStream(socket.getOutputStream());
			while (true) {
				byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), true);
				if (answer != null) {
					out.writeShort(answer.length);
					out.write(answer);
				}
			}
		}
	}

	private static void thread(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ignored) {
				// closed
			}
		}, "fake-dns");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		this.udp.close();
		try {
			this.tcp.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a thread does until its socket is closed.
	 */
	@FunctionalInterface
	private interface Task {

		void run() throws IOException;

	}

}
