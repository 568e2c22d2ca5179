import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ModelsPage } from '../../../components/models/models-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Models · AlgoTrendy' };

/** Where models will stand with their gates. */
export default function Page(): ReactNode {
  return <ModelsPage />;
}
