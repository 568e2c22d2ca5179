import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { PasswordForm } from '../../components/auth/password-form.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Choose a password · AlgoTrendy' };

/** Where who was invited chooses a password. */
export default function SetPasswordPage(): ReactNode {
  return <PasswordForm kind="set-password" />;
}
