"""What the templates show, computed from a project: one view for each page."""

from cutplane.app.page.views.answers import AnswersView, Filters, answers_view
from cutplane.app.page.views.doors import EnterView, ErrorView, InvitationView
from cutplane.app.page.views.downloads import DownloadsView, downloads_view
from cutplane.app.page.views.figures import FiguresView, figures_view
from cutplane.app.page.views.grid import GridView, grid_view
from cutplane.app.page.views.message import Answered, Message, Typed
from cutplane.app.page.views.question import PageView, QuestionView, page_view, question_view
from cutplane.app.page.views.team import TeamView, team_view
from cutplane.app.page.views.why import SuggestionView, WhyView, suggestion_view, why_view

__all__ = [
    "Answered",
    "AnswersView",
    "DownloadsView",
    "EnterView",
    "ErrorView",
    "FiguresView",
    "Filters",
    "GridView",
    "InvitationView",
    "Message",
    "PageView",
    "QuestionView",
    "SuggestionView",
    "TeamView",
    "Typed",
    "WhyView",
    "answers_view",
    "downloads_view",
    "figures_view",
    "grid_view",
    "page_view",
    "question_view",
    "suggestion_view",
    "team_view",
    "why_view",
]
