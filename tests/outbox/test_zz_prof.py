from tests.clones import run
from tests.benchmarks.test_outbox import WORK
import pytest
@pytest.mark.parametrize("skip", [False, True, False, True])
def test_x(clone, skip):
    code = WORK.format(count=2000).replace("began = time.perf_counter()\nwhile send", "c0=time.process_time()\nbegan = time.perf_counter()\nwhile send").replace("took = time.perf_counter() - began\n", "took = time.perf_counter() - began\nprint('cpu ms per', (time.process_time()-c0)/COUNT*1000, 'wall', took/COUNT*1000)\n")
    code = code.replace("mail.outbox = []", """mail.outbox = []
from django.db import transaction
from slaportal.outbox.letters import letter_of
from django.core.mail import get_connection
def t(name, f, n=500):
    c0, w0 = time.process_time(), time.perf_counter()
    for _ in range(n): f()
    print(name, 'cpu', (time.process_time()-c0)/n*1000, 'wall', (time.perf_counter()-w0)/n*1000)
from slaportal.tenancy import scope as S
if %r:
    S._give_back = lambda role: None
m = AccountMail.objects.first()
t('letter', lambda: get_connection().send_messages([letter_of(m, None)]))
def sc():
    with scope(STAFF, provider=provider): pass
t('scope', sc)
def at():
    with transaction.atomic():
        with connection.cursor() as c: c.execute('select 1')
t('atomic', at)
def up():
    with scope(STAFF, provider=provider): Message.objects.filter(pk=-1, claim=None, state='sending').update(state='sent')
t('scope+update none', up)
import itertools
it = iter(list(AccountMail.objects.values_list('pk', flat=True)))
def up2():
    with transaction.atomic(): AccountMail.objects.filter(pk=next(it)).update(state='sent')
t('atomic+update', up2)
""")
    print(skip, run(clone, "portal_jobs", code.replace("%r", repr(skip))).stdout)
