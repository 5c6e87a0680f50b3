def cockpit(client, project):
    answer = client.get(f"/p/{project.code}/")
    assert answer.status_code == 200
    return answer


def test_it_works(project, engineer, signed_in):
    answer = cockpit(signed_in(engineer), project)
    page = answer.content.decode()
    assert "东江市第一人民医院" in page
    assert answer.context["present"].gate.id == "kickoff"
    assert answer.context["days"] is None


def test_what_blocks_is_listed_hard_stops_first(project, engineer, signed_in):
    blockers = cockpit(signed_in(engineer), project).context["blockers"]
    assert {each.criterion for each in blockers} == {
        "commercial.processing_agreement",
        "commercial.privacy_impact_assessment",
    }
    assert [each.hard for each in blockers] == sorted(
        (each.hard for each in blockers), reverse=True
    )


def test_the_english_page_is_english(project, engineer, signed_in):
    client = signed_in(engineer)
    client.cookies["luodi_language"] = "en"
    page = cockpit(client, project).content.decode()
    assert "What blocks today" in page
    assert "今天挡路的" not in page


def test_it_asks_the_database_little(project, engineer, signed_in, django_assert_max_num_queries):
    client = signed_in(engineer)
    cockpit(client, project)
    with django_assert_max_num_queries(15):
        cockpit(client, project)
