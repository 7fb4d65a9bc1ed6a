"""Enrolment: from an unknown phone to an account (contract 5.1 to 5.6, 5.12, 5.13, 7.9).

``start_configuration`` opens an enrollment session, a short-lived right to enrol one number; the phone proves the number,
names its owner, and ``complete_profile`` turns the session into an account with a device.
"""
