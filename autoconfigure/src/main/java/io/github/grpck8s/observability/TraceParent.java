package io.github.grpck8s.observability;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * The header {@code traceparent} of version 00 as it was received, read where it stands:
 * its ids become strings only for whoever asks. Most calls are not sampled, and of those
 * nobody asks. Immutable but for strings that are made once more at worst.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">traceparent</a>
 */
final class TraceParent implements SpanContext {

	/** Keeps the bytes: every other marshaller makes a string and bytes of it again. */
	static final Metadata.Key<byte[]> KEY = InternalMetadata.keyOf("traceparent",
			new InternalMetadata.TrustedAsciiMarshaller<byte[]>() {

				@Override
				public byte[] toAsciiString(byte[] value) {
					return value;
				}

				@Override
				public byte[] parseAsciiString(byte[] serialized) {
					return serialized;
				}

			});

	private static final int TRACE = 3;

	private static final int SPAN = 36;

	private static final int FLAGS = 53;

	private static final int LENGTH = 55;

	private final byte[] header;

	private @Nullable String traceId;

	private @Nullable String spanId;

	private TraceParent(byte[] header) {
		this.header = header;
	}

	/**
	 * Read a header.
	 * @param header the value, kept and not to be changed
	 * @return what it says, {@code null} if it is not of version 00 or not valid
	 */
	static @Nullable TraceParent parse(byte[] header) {
		return (header.length == LENGTH && header[0] == '0' && header[1] == '0' && header[2] == '-'
				&& isId(header, TRACE, SPAN - 1) && header[SPAN - 1] == '-' && isId(header, SPAN, FLAGS - 1)
				&& header[FLAGS - 1] == '-' && digit(header[FLAGS]) >= 0 && digit(header[FLAGS + 1]) >= 0)
						? new TraceParent(header) : null;
	}

	/**
	 * The header that tells of a span.
	 * @param span what to tell of, valid
	 * @return the value of the header
	 */
	@SuppressWarnings("deprecation") // the ids are hex digits: their low bytes are they
	static byte[] header(SpanContext span) {
		if (span instanceof TraceParent received) {
			return received.header;
		}
		byte[] header = new byte[LENGTH];
		header[0] = '0';
		header[1] = '0';
		header[TRACE - 1] = '-';
		span.getTraceId().getBytes(0, SPAN - 1 - TRACE, header, TRACE);
		header[SPAN - 1] = '-';
		span.getSpanId().getBytes(0, FLAGS - 1 - SPAN, header, SPAN);
		header[FLAGS - 1] = '-';
		span.getTraceFlags().asHex().getBytes(0, 2, header, FLAGS);
		return header;
	}

	private static boolean isId(byte[] header, int from, int to) {
		boolean zero = true;
		for (int i = from; i < to; i++) {
			if (digit(header[i]) < 0) {
				return false;
			}
			zero &= header[i] == '0';
		}
		return !zero;
	}

	/** Of a hexadecimal number in lower case, -1 for anything else. */
	private static int digit(byte letter) {
		if (letter >= '0' && letter <= '9') {
			return letter - '0';
		}
		return (letter >= 'a' && letter <= 'f') ? letter - 'a' + 10 : -1;
	}

	@Override
	public String getTraceId() {
		String id = this.traceId;
		if (id == null) {
			id = new String(this.header, TRACE, SPAN - 1 - TRACE, ISO_8859_1);
			this.traceId = id;
		}
		return id;
	}

	@Override
	public String getSpanId() {
		String id = this.spanId;
		if (id == null) {
			id = new String(this.header, SPAN, FLAGS - 1 - SPAN, ISO_8859_1);
			this.spanId = id;
		}
		return id;
	}

	@Override
	public TraceFlags getTraceFlags() {
		return TraceFlags.fromByte((byte) (digit(this.header[FLAGS]) << 4 | digit(this.header[FLAGS + 1])));
	}

	@Override
	public TraceState getTraceState() {
		return TraceState.getDefault();
	}

	@Override
	public boolean isValid() {
		return true;
	}

	@Override
	public boolean isSampled() {
		return (digit(this.header[FLAGS + 1]) & 1) != 0;
	}

	@Override
	public boolean isRemote() {
		return true;
	}

	@Override
	public String toString() {
		return new String(this.header, ISO_8859_1);
	}

}
