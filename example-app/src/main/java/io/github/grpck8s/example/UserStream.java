package io.github.grpck8s.example;

import java.util.Collections;
import java.util.Iterator;

import io.github.grpck8s.example.proto.User;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * Sends users to one caller as fast as the caller reads them. It has one page in memory
 * and no database connection while it waits. All methods run on the thread of the call.
 */
class UserStream {

	private static final int PAGE = 50;

	private final Users users;

	private final ServerCallStreamObserver<User> call;

	private Iterator<StoredUser> page = Collections.emptyIterator();

	private long last = Long.MIN_VALUE;

	private long left;

	private boolean lastPage;

	UserStream(Users users, long limit, ServerCallStreamObserver<User> call) {
		this.users = users;
		this.left = limit;
		this.call = call;
	}

	/**
	 * Must be called before the method of the service returns.
	 */
	void start() {
		// also keeps onNext from throwing when the caller has gone
		this.call.setOnCancelHandler(() -> this.left = 0);
		this.call.setOnReadyHandler(this::send);
	}

	private void send() {
		while (this.left > 0 && this.call.isReady()) {
			if (!this.page.hasNext()) {
				turnPage();
			}
			if (this.page.hasNext()) {
				StoredUser user = this.page.next();
				this.last = user.id();
				this.left--;
				this.call.onNext(user.toMessage());
			}
			else {
				this.left = 0;
			}
			if (this.left == 0) {
				this.call.onCompleted();
			}
		}
	}

	private void turnPage() {
		if (!this.lastPage) {
			int size = (int) Math.min(PAGE, this.left);
			var read = this.users.page(this.last, size);
			this.lastPage = read.size() < size;
			this.page = read.iterator();
		}
	}

}
