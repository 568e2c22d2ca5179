'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { useMe } from '../../data/session.ts';
import { useStepUp } from '../../data/step-up.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { Sheet } from '../sheet.tsx';

/** Asks who is signed in to confirm it, when the server wants that before something grave. */
export function StepUpSheet(): ReactNode {
  const question = useStepUp();
  return question === undefined ? null : <StepUpForm answer={question.answer} />;
}

function StepUpForm({ answer }: { readonly answer: (confirmed: boolean) => void }): ReactNode {
  const [text, setText] = useState('');
  const me = useMe();
  const stepUp = useCommand('authStepUp');
  const byCode = me?.secondFactor === true;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void stepUp.send({ body: byCode ? { code: text.trim() } : { password: text } }).then((done) => (done === undefined ? undefined : answer(true)));
  };
  return (
    <Sheet open onClose={() => answer(false)} place="middle" title="Confirm that it is you" description="What you are about to do needs it. It counts for a few minutes.">
      <form id="step-up" onSubmit={submit}>
        <TextField
          label={byCode ? 'Code of your authenticator' : 'Password'}
          type={byCode ? 'text' : 'password'}
          inputMode={byCode ? 'numeric' : undefined}
          autoComplete={byCode ? 'one-time-code' : 'current-password'}
          value={text}
          onChange={setText}
          required
        />
      </form>
      {stepUp.problem === undefined ? null : <Problem what="you" verb="could not be confirmed" problem={stepUp.problem} />}
      <Button look="primary" submit form="step-up" busy={stepUp.state === 'sending'}>Confirm</Button>
    </Sheet>
  );
}
