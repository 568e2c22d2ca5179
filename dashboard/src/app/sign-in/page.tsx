import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { SignInForm } from '../../components/auth/sign-in-form.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Sign in · AlgoTrendy' };

/** Where a person signs in. */
export default function SignInPage(): ReactNode {
  return <SignInForm />;
}
