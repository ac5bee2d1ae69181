import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Status } from '../../../src/api/index.ts';
import { api, ApiProblem } from '../live/api-client.ts';
import { messageOf } from '../live/use-request.ts';

/** Pauses and resumes. Asks for the token once and keeps it until the page is left. */
export function PauseControl({ state }: { readonly state: Status['state'] }): JSX.Element {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  const action = state === 'paused' ? 'resume' : 'pause';
  const title = action === 'pause' ? 'Pause' : 'Resume';

  async function act(given: string): Promise<void> {
    try {
      await api.control(action, given);
      setToken(given);
      setProblem('');
      dialog.current?.close();
    } catch (error) {
      const isWrong = error instanceof ApiProblem && error.status === 401;
      setProblem(isWrong ? 'That is not the token.' : messageOf(error));
      if (!(dialog.current?.open ?? false)) dialog.current?.showModal();
    }
  }

  return (
    <>
      <button type="button" onClick={() => (token === '' ? dialog.current?.showModal() : void act(token))}>
        {title}
      </button>
      <dialog ref={dialog} aria-labelledby="control-heading">
        <form
          method="dialog"
          onSubmit={(event) => {
            event.preventDefault();
            const given = new FormData(event.currentTarget).get('token');
            void act(typeof given === 'string' ? given : '');
          }}
        >
          <h2 id="control-heading">{title} this consumer</h2>
          <label>
            Token <small>(HTTP_CONTROL_TOKEN of the consumer)</small>
            <input name="token" type="password" autocomplete="off" required />
          </label>
          <p role="alert" class="problem">
            {problem}
          </p>
          <div class="buttons">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="main">
              {title}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
