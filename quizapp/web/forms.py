"""The forms that contestants fill in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from quizapp.formats.roster_table import person_name, phone_number


class Form(FlaskForm):
    """CSRF is checked once, at the edge."""

    class Meta:
        csrf = False


def _name(form: FlaskForm, field: StringField) -> None:
    field.data = person_name(field.data or "")
    if not field.data.isprintable():
        raise ValidationError(_("姓名里有无法显示的字符"))


def _phone(form: FlaskForm, field: StringField) -> None:
    found = phone_number(field.data or "")
    if found is None:
        raise ValidationError(_("请填11位手机号"))
    field.data = found


class DivisionForm(Form):
    """Where people choose their division; the page deletes the field where they do not."""

    division = RadioField(_("组别"), [InputRequired(_("请选择组别"))], validate_choice=True)


class JoinForm(DivisionForm):
    name = StringField(_("姓名"), [DataRequired(_("请填姓名")), Length(max=40), _name])
    phone = StringField(_("手机号"), [DataRequired(_("请填手机号")), Length(max=30), _phone])
    consent = BooleanField(_("同意隐私说明"), [InputRequired(_("请先阅读并同意隐私说明"))])
    publish_ok = BooleanField(_("同意公示全名"))


class MinorJoinForm(DivisionForm):
    number = StringField(_("班级座号"), [DataRequired(_("请填班级座号")), Length(max=32)])
    consent = BooleanField(_("同意隐私说明"), [InputRequired(_("请先阅读并同意隐私说明"))])


class ReopenForm(Form):
    name = StringField(_("姓名"), [DataRequired(_("请填姓名")), Length(max=40), _name])
    phone = StringField(_("手机号"), [DataRequired(_("请填手机号")), Length(max=30), _phone])
    code = StringField(_("取回码"), [DataRequired(_("请填取回码")), Length(max=20)])


class MinorReopenForm(Form):
    number = StringField(_("班级座号"), [DataRequired(_("请填班级座号")), Length(max=32)])
    code = StringField(_("取回码"), [DataRequired(_("请填取回码")), Length(max=20)])


class MissingUnitForm(Form):
    unit_name = StringField(_("单位全称"), [DataRequired(_("请填单位全称")), Length(min=2, max=100)])
    parent = StringField(_("所在乡镇、街道或园区"), [DataRequired(_("请填所在乡镇、街道或园区")), Length(max=100)])
    name = StringField(_("您的姓名"), [DataRequired(_("请填姓名")), Length(max=40), _name])
    phone = StringField(_("手机号"), [DataRequired(_("请填手机号")), Length(max=30), _phone])


class SignInForm(Form):
    account = StringField(_("账号"), [DataRequired(_("请填账号")), Length(max=64)])
    password = PasswordField(_("密码"), [DataRequired(_("请填密码")), Length(max=200)])


class CodeForm(Form):
    code = StringField(_("一次性登录码"), [DataRequired(_("请填登录码")), Length(max=20)])
    consent = BooleanField(_("同意隐私说明"), [InputRequired(_("请先阅读并同意隐私说明"))])


class PasswordForm(Form):
    old = PasswordField(_("原密码"), [Length(max=200)])
    new = PasswordField(_("新密码"), [DataRequired(_("请填新密码")), Length(min=8, max=200, message=_("密码至少8个字符"))])
    again = PasswordField(_("再填一次"), [EqualTo("new", _("两次填的不一样"))])
