// A licence that ends stops the database at its next start.
import { defineRule } from '../../types';

export const keepLicenseMargin = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-license-margin',
  title: 'A licence is given, with days to spare',
  group: 'capacity',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'The server does not start any more, on the node that has just failed over.',
  evidence: 'D: get_license_validdays alarms below 30 days; F field report: a trial licence near production',
  hint: 'Give install.license, and leave install.licenseMinDays at 30 or more.',
  config: {
    minimumDays: {
      type: 'integer',
      default: 30,
      minimum: 0,
      description: 'Least number of days that the licence must still be valid.',
    },
  },
  judge: ({ install }, { minimumDays }) => [
    ...(install.licenseMinDays < minimumDays
      ? [{ path: 'install.licenseMinDays', message: `is ${install.licenseMinDays}; at least ${minimumDays} is wanted` }]
      : []),
    ...(install.source === 'media' && install.license === undefined
      ? [{ path: 'install.license', message: 'is missing: the trial licence of the package counts' }]
      : []),
  ],
});
