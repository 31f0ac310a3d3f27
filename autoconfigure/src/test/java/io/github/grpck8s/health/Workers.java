package io.github.grpck8s.health;

import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.ManualTime;

/**
 * Threads whose work is done when a test says so.
 */
class Workers extends ManualTime {

	private final List<Runnable> waiting = new ArrayList<>();

	@Override
	public void execute(Runnable command) {
		this.waiting.add(command);
	}

	int busy() {
		return this.waiting.size();
	}

	/**
	 * Finish the work that was given first.
	 */
	void finish() {
		this.waiting.remove(0).run();
	}

	void finishAll() {
		while (!this.waiting.isEmpty()) {
			finish();
		}
	}

}
