from luodi.workbench.mail import email


def test_it_works():
    made = email("smtps://u%40h:p%3A@mail.example.cn?sender=luodi@example.cn")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example.cn", 465)
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("u@h", "p:")
    assert (made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"]) == (True, False)
    assert made["DEFAULT_FROM_EMAIL"] == "luodi@example.cn"


def test_without_an_address_mail_goes_nowhere():
    assert str(email("")["EMAIL_BACKEND"]).endswith("dummy.EmailBackend")
