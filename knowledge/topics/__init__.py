from .topic import Topic, TopicList

__all__ = ["Topic", "TopicList"]
