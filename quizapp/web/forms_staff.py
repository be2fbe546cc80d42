"""The forms that staff fill in."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from quizapp.formats.contest.values import moment
from quizapp.rules.roles import Role
from quizapp.web.forms import Form

ROLE_WORDS = {
    Role.OFFICIAL: _("官员、联络员"),
    Role.ORGANISER: _("组织者"),
    Role.ADMIN: _("管理员"),
    Role.CONTESTANT: _("参赛人员"),
}


def _is_moment(form: Form, field: StringField) -> None:
    try:
        moment(field.data or "")
    except ValueError as error:
        raise ValidationError(str(error)) from None


def _printable(form: Form, field: StringField) -> None:
    if not (field.data or "").isprintable():
        raise ValidationError(_("有无法显示的字符"))


def _trimmed(value: str | None) -> str | None:
    return value.strip() if value else value


class FileForm(Form):
    file = FileField(_("文件"))


class BankForm(Form):
    """Code, title and source say what a table cannot; a YAML file says them itself."""

    file = FileField(_("题库文件"))
    code = StringField(
        _("题库代码"),
        [Optional(), Length(max=64), Regexp(r"^[a-z0-9-]+$", message=_("只能用小写字母、数字和连字符"))],
        [_trimmed],
    )
    title = StringField(_("题库名称"), [Length(max=200)], [_trimmed])
    source = StringField(_("出处"), [Length(max=400)], [_trimmed])


class RosterForm(Form):
    file = FileField(_("名册文件"))
    unit = StringField(_("单位编码"), [Length(max=64)], [_trimmed])
    reissue = BooleanField(_("已在名册里的人也重新发码"))


class EndForm(Form):
    last_start = StringField(_("最后开始时间"), [DataRequired(_("请填最后开始时间")), _is_moment], [_trimmed])
    closes_at = StringField(_("截止时间"), [DataRequired(_("请填截止时间")), _is_moment], [_trimmed])


class TimeForm(Form):
    """`who` is a unit's code, or of a person the phone, the number on the roster, the account or the number of the entry."""

    kind = SelectField(_("给谁"), choices=[SelectChoice("person", _("一个人")), SelectChoice("unit", _("一个单位及其下级"))])
    who = StringField(_("手机号、工号、账号或单位编码"), [DataRequired(_("请填写给谁")), Length(max=64)])
    minutes = IntegerField(_("加时（分钟）"), [Optional(), NumberRange(0, 43_200, _("请填0到43200的整数"))])
    opens_at = StringField(_("另定开始时间"), [Optional(), _is_moment])
    closes_at = StringField(_("另定截止时间"), [Optional(), _is_moment])
    reason = StringField(_("理由"), [DataRequired(_("请写明理由")), Length(max=500)])


class NewUnitForm(Form):
    name = StringField(_("单位全称"), [DataRequired(_("请填单位全称")), Length(min=2, max=100), _printable], [_trimmed])
    parent = StringField(_("上级单位编码"), [DataRequired(_("请填上级单位编码")), Length(max=64)], [_trimmed])
    kind = StringField(_("类型"), [Length(max=32), _printable], [_trimmed])
    headcount = IntegerField(_("应参人数"), [Optional(), NumberRange(0, 10_000_000, _("请填0到1000万的整数"))])


class HeadcountForm(Form):
    headcount = IntegerField(
        _("应参人数"), [InputRequired(_("请填应参人数")), NumberRange(0, 10_000_000, _("请填0到1000万的整数"))]
    )


class AccountForm(Form):
    login = StringField(_("账号"), [DataRequired(_("请填账号")), Length(max=64), _printable], [_trimmed])
    name = StringField(_("姓名"), [DataRequired(_("请填姓名")), Length(max=64), _printable], [_trimmed])
    role = SelectField(_("角色"), choices=[SelectChoice(role.value, words) for role, words in ROLE_WORDS.items()])
    unit = StringField(_("单位编码"), [Length(max=64)], [_trimmed])


class RoleForm(Form):
    role = SelectField(_("角色"), choices=[SelectChoice(role.value, words) for role, words in ROLE_WORDS.items()])
    unit = StringField(_("单位编码"), [Length(max=64)], [_trimmed])


class SettingsForm(Form):
    organiser = StringField(_("主办单位"), [Length(max=100), _printable], [_trimmed])
    telephone = StringField(_("咨询电话"), [Length(max=60), _printable], [_trimmed])
    icp = StringField(_("ICP备案号"), [Length(max=60), _printable], [_trimmed])
    police = StringField(_("公安备案号"), [Length(max=60), _printable], [_trimmed])
    privacy = TextAreaField(_("隐私说明"), [Length(max=20_000)])


class RehearsalForm(Form):
    people = IntegerField(
        _("人数"), [InputRequired(_("请填人数")), NumberRange(1, 20_000, _("请填1到20000的整数"))], default=1000
    )
    units = IntegerField(_("单位数（可不填）"), [Optional(), NumberRange(1, 2_000, _("请填1到2000的整数"))])
    seed = StringField(_("种子"), [Length(max=64)], [_trimmed], default="1")


def refused_fields(form: Any, errors: list[tuple[str, str]]) -> bool:
    """Put a refusal's words beside their fields; False where it names none of this form."""
    known = [(name, text) for name, text in errors if name in form]
    for name, text in known:
        form[name].errors = [*form[name].errors, text]
    return bool(known)
