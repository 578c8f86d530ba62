;;; smtpmail-send.el --- send one message with smtpmail  -*- lexical-binding: t -*-

;; Says what became of it, as JSON and exit status. The facts are in the environment (recipe.5), the
;; recipients are the arguments behind `--'.

(require 'smtpmail)
(require 'json)

(defun drill-fact (name)
  "The fact NAME, or nil."
  (let ((value (getenv (concat "SMTPDRILL_" name))))
    (and value (not (string= value "")) value)))

(defun drill-finish (status &rest report)
  "End with STATUS, having printed REPORT, a property list."
  (princ (json-encode report))
  (terpri)
  (kill-emacs status))

(defun drill-give-up (text)
  "End as the reply in TEXT says."
  (let ((code (and (string-match "\\b\\([45][0-9][0-9]\\)\\b" text)
                   (string-to-number (match-string 1 text)))))
    (cond ((null code) (drill-finish 1 :text text))
          ((string-match "authenticat\\|AUTH" text)
           (drill-finish 77 :outcome "refused-auth" :code code :text text))
          ((< code 500) (drill-finish 75 :outcome "temporary" :code code :text text))
          (t (drill-finish 69 :outcome "permanent" :code code :text text)))))

(setq smtpmail-smtp-server (drill-fact "HOST")
      smtpmail-smtp-service (string-to-number (drill-fact "PORT"))
      smtpmail-stream-type 'plain
      smtpmail-local-domain "client.example"
      smtpmail-smtp-user (drill-fact "USER")
      auth-sources (list (expand-file-name "netrc" (drill-fact "DIR")))
      auth-source-save-behavior nil
      user-mail-address (drill-fact "FROM")
      mail-specify-envelope-from t
      mail-envelope-from (drill-fact "FROM"))
(when (drill-fact "MECHANISM")
  (setq smtpmail-auth-supported (list (intern (downcase (drill-fact "MECHANISM"))))))

(condition-case trouble
    (with-temp-buffer
      (let ((coding-system-for-read 'no-conversion))
        (insert-file-contents (drill-fact "MESSAGE_LF")))
      (let ((said (smtpmail-via-smtp (delete "--" command-line-args-left) (current-buffer))))
        (setq command-line-args-left nil)
        (if said
            (drill-give-up (format "%s" said))
          (drill-finish 0 :outcome "sent"))))
  (error (drill-give-up (error-message-string trouble))))

;;; smtpmail-send.el ends here
