import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { PasswordForm } from '../../components/auth/password-form.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Welcome · AlgoTrendy' };

/** Where the first administrator is made. */
export default function FirstRunPage(): ReactNode {
  return <PasswordForm kind="first-run" />;
}
